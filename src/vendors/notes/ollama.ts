import type { VendorNotes } from '../notes.ts';

/** What is noted of Ollama. */
export const ollama: VendorNotes = {
  vendor: 'ollama',
  upstream: {
    text: 'Chat completions for every model, which all versions have. Responses exists since 0.13.3 and keeps nothing; Messages has no forced tools. Clients of those dialects reach them as they are.',
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  thinking: {
    text: 'A model that can think does so unless `reasoning_effort` is `none`. GPT-OSS takes low, medium, high and cannot be turned off. Older versions refuse an effort for other models ("think value "medium" is not supported for this model") and other efforts for all models. Newer versions take more. So no effort is sent to other models.',
    sources: [
      { url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' },
      { url: 'https://github.com/ollama/ollama/issues/12561', date: '2025-10-10' },
      { url: 'https://github.com/ollama/ollama/pull/14821', date: '2026-03-13' },
    ],
  },
  thoughtsBack: {
    text: "May come back in `reasoning` of the assistant's message; `reasoning_content` is not read. They are sent.",
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  refuses: {
    text: "Images by URL are refused, bytes are accepted. Parts other than text and images are a 400. `top_k` and `min_p` do not exist here, nor does `max_completion_tokens`. Whether system messages may stand between turns depends on the model's template, so they go first.",
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  forcedTools: {
    text: '`tool_choice` is ignored. A forced tool is the only one offered, with `none` no tool is offered, and a forced choice is reported as unsupported.',
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: "`strict` in tools is ignored. A grammar enforces `json_schema` as an answer's format.",
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'Any number.',
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: 'Usually cut silently at `num_ctx`; newer versions 400, "the input length exceeds the context length" (doubtful).',
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  quotaGone: {
    text: 'In the cloud 429, "you (…) have reached your session usage limit, upgrade for higher limits: …".',
    sources: [{ url: 'https://github.com/continuedev/continue/issues/11444', date: '2026-03-15' }],
  },
  overloaded: {
    text: '503, "server busy, please try again. maximum pending requests exceeded".',
    sources: [{ url: 'https://github.com/ollama/ollama/blob/main/docs/api/errors.mdx', date: '2026-11-29' }],
  },
  usage: {
    text: 'In a last chunk of its own, with `stream_options.include_usage`.',
    sources: [{ url: 'https://docs.ollama.com/api/openai-compatibility', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'A line `{"error": "…"}` in the stream.',
    sources: [{ url: 'https://github.com/ollama/ollama/blob/main/docs/api/errors.mdx', date: '2026-11-29' }],
  },
};

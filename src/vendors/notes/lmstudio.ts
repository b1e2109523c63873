import type { VendorNotes } from '../notes.ts';

/** What is noted of LM Studio. */
export const lmstudio: VendorNotes = {
  vendor: 'lmstudio',
  upstream: {
    text: 'Chat completions for every model, which all versions have. Clients of Responses and Messages reach those as they are.',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  thinking: {
    text: '`reasoning_effort` low, medium, high for GPT-OSS, which cannot be turned off. For other models it is set in the application and not documented for requests: a request for thinking is left out and reported.',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  thoughtsBack: { text: 'Not documented, so they are not sent.' },
  refuses: {
    text: '`min_p`, `max_completion_tokens` and `user` are not documented; `top_k` is. Images as bytes, no documents. Templates may refuse system messages after the first, so they go first.',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  forcedTools: {
    text: '`tool_choice` as a word only (none, auto, required; whether an object is refused is doubtful): a tool that is forced by name is the only one offered.',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: "`json_schema` only: `json_object` is a 400 (\"'response_format.type' must be 'json_schema' or 'text'\"), so a schema asks for JSON of any object.",
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  stopWords: { text: 'Not documented.' },
  contextTooLong: {
    text: '400, "Trying to keep the first N tokens when context the overflows. However, the model is loaded with context length of only M tokens, …" (doubtful).',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  quotaGone: { text: 'There is none.' },
  overloaded: { text: 'Not documented.' },
  usage: {
    text: 'In the last chunk, with `stream_options.include_usage`.',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: '`event: error` with `{error: {…}}`. In plain answers `error` may be a string.',
    sources: [{ url: 'https://github.com/lmstudio-ai/docs/tree/main/1_developer', date: '2026-11-29' }],
  },
};

import type { VendorNotes } from '../notes.ts';

/** What is noted of Fireworks. */
export const fireworks: VendorNotes = {
  vendor: 'fireworks',
  upstream: {
    text: 'Chat completions for every model, the most complete of its three APIs; clients of Responses and Messages reach those as they are.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/fireworks/v/2.0.90', date: '2026-11-29' }],
  },
  thinking: {
    text: '`reasoning_effort`: GPT-OSS and Kimi low, medium, high, never off; GLM 5 none, high, max; DeepSeek V4 none, low, medium, high, xhigh; others that can think none, low, medium, high (doubtful). `thinking` together with it is a 400, so it is never sent. R1, MiniMax and the Thinking models always think. Requests to models that are not known to think hold no thinking settings.',
    sources: [
      { url: 'https://docs.fireworks.ai/guides/reasoning', date: '2026-11-29' },
      {
        url: 'https://reference.langchain.com/python/deepagents-code/reasoning_effort/FIREWORKS_GLM_EFFORTS',
        date: '2026-11-29',
      },
      {
        url: 'https://reference.langchain.com/python/deepagents-code/reasoning_effort/FIREWORKS_REASONING_EFFORTS',
        date: '2026-11-29',
      },
    ],
  },
  thoughtsBack: {
    text: "May come back in `reasoning_content` of the assistant's message; `reasoning_history` decides what happens to them. They are sent.",
    sources: [{ url: 'https://docs.fireworks.ai/guides/reasoning', date: '2026-11-29' }],
  },
  refuses: {
    text: "`file` parts are a 400, and so are fields of vLLM such as `chat_template_kwargs`. Whether system messages may stand between turns depends on the model's template, so they go first.",
    sources: [
      { url: 'https://www.npmjs.com/package/@ai-sdk/fireworks/v/2.0.90', date: '2026-11-29' },
      { url: 'https://github.com/BerriAI/litellm/tree/main/litellm/llms/fireworks_ai', date: '2026-11-29' },
    ],
  },
  forcedTools: {
    text: 'By `required` or by name; older reports have `any` for `required` (doubtful).',
    sources: [
      { url: 'https://www.npmjs.com/package/@ai-sdk/fireworks/v/2.0.90', date: '2026-11-29' },
      { url: 'https://github.com/BerriAI/litellm/issues/4416', date: '2026-11-29' },
    ],
  },
  strictSchemas: {
    text: '`strict` in tools is left out, as other clients do. A format beside tools is not supported: the instructions contain the schema then, and that is reported.',
    sources: [{ url: 'https://github.com/BerriAI/litellm/tree/main/litellm/llms/fireworks_ai', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'Four at most (doubtful).',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/fireworks/v/2.0.90', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400, "The prompt is too long: N, model maximum context length: M" (doubtful).',
    sources: [{ url: 'https://github.com/BerriAI/litellm/tree/main/litellm/llms/fireworks_ai', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '412, "Account … is suspended, possibly due to reaching the monthly spending limit …" (doubtful).',
    sources: [{ url: 'https://github.com/BerriAI/litellm/tree/main/litellm/llms/fireworks_ai', date: '2026-11-29' }],
  },
  overloaded: {
    text: '503; rate limit: 429.',
    sources: [{ url: 'https://github.com/BerriAI/litellm/tree/main/litellm/llms/fireworks_ai', date: '2026-11-29' }],
  },
  usage: {
    text: 'In the last chunk that has content, or with `stream_options` in one of its own.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/fireworks/v/2.0.90', date: '2026-11-29' }],
  },
  errorInSuccess: { text: 'Not documented.' },
};

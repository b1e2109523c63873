import type { VendorNotes } from '../notes.ts';

/** What is noted of Cohere. */
export const cohere: VendorNotes = {
  vendor: 'cohere',
  upstream: {
    text: 'Chat completions of the Compatibility API for every model: it has no other of these APIs.',
    sources: [{ url: 'https://docs.cohere.com/docs/compatibility-api', date: '2026-11-29' }],
  },
  thinking: {
    text: '`reasoning_effort` of `none` or `high`, no other value; the nearer one is sent. Command A Reasoning, Command A Plus and North Mini Code can think.',
    sources: [{ url: 'https://docs.cohere.com/docs/compatibility-api', date: '2026-11-29' }],
  },
  thoughtsBack: { text: 'Not documented for the Compatibility API, so they are not sent.' },
  refuses: {
    text: '`parallel_tool_calls`, `top_logprobs`, `logit_bias`, `n`, `store`, `metadata`, `service_tier` and `prediction` are not supported; unknown fields are a 422. Penalties are 0 to 1. Documents and system messages between turns are not documented, so documents are not sent, and system messages go first. `stream_options`, `logprobs` and `max_completion_tokens` are taken since August 2025.',
    sources: [
      { url: 'https://docs.cohere.com/docs/compatibility-api', date: '2026-11-29' },
      { url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' },
      { url: 'https://github.com/cohere-ai/cohere-developer-experience/pull/606', date: '2025-08-14' },
    ],
  },
  forcedTools: {
    text: 'Its own API has REQUIRED and NONE only. A tool that is forced by name is the only one offered, with `required`. `auto` is the default and left out.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: "`strict` in a tool is a 422. `json_schema` as an answer's format.",
    sources: [
      { url: 'https://github.com/OpenRouterTeam/openrouter-examples/issues/71', date: '2026-03-23' },
      { url: 'https://docs.cohere.com/docs/compatibility-api', date: '2026-11-29' },
    ],
  },
  stopWords: {
    text: 'Five at most.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400, "too many tokens: size limit exceeded by N tokens. …", newer with `error_type: "TOO_MANY_TOKENS"`.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '429 of a trial key, "You are using a Trial key, which is limited to …" (doubtful); 402: the body is not documented.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' }],
  },
  overloaded: {
    text: '503; rate limit: 429 `{message}`.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' }],
  },
  usage: {
    text: 'In the last chunk, with `stream_options.include_usage`. Details are not documented.',
    sources: [{ url: 'https://docs.cohere.com/docs/compatibility-api', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: '`finish_reason` ERROR of its own API; otherwise not documented. Errors are flat: `{id, message}`.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cohere/v/3.0.63', date: '2026-11-29' }],
  },
};

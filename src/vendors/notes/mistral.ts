import type { VendorNotes } from '../notes.ts';

/** What is noted of Mistral. */
export const mistral: VendorNotes = {
  vendor: 'mistral',
  upstream: {
    text: 'Chat completions for every model: it has no other of these APIs. Its body is strict, and an unknown field is a 422.',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  thinking: {
    text: '`reasoning_effort` of `none` or `high` for Mistral Small 4, Medium 3.5, Large 4, Vibe and the latest Devstral. The schema has more values, but all these models take these two, so the nearer one is sent. Magistral always thinks and takes no effort; other models cannot think. Whether `mistral-large-latest` can is doubtful: a request for thinking is left out there and reported.',
    sources: [
      { url: 'https://docs.mistral.ai/inference/conversations/reasoning', date: '2026-11-29' },
      { url: 'https://docs.mistral.ai/api', date: '2026-08-18' },
    ],
  },
  thoughtsBack: {
    text: 'May come back, as a part `{type: "thinking", thinking: [{type: "text", text}]}` before the text of the assistant\'s message. They are sent.',
    sources: [{ url: 'https://docs.mistral.ai/inference/conversations/reasoning', date: '2026-11-29' }],
  },
  refuses: {
    text: "No `stream_options` (usage comes anyway), `user`, `logprobs`, `max_completion_tokens` or `seed` (it is `random_seed`); temperature 0 to 1.5. A user or system message right after a tool result is refused, and so is a system message after an assistant message. Call ids have nine letters and digits. The last message must be the user's, so one is added after an answer that has begun.",
    sources: [
      { url: 'https://docs.mistral.ai/api', date: '2026-08-18' },
      { url: 'https://github.com/yetone/avante.nvim/issues/2347', date: '2025-06-27' },
      { url: 'https://github.com/onyx-dot-app/onyx/issues/6458', date: '2025-11-26' },
      { url: 'https://github.com/swarmauri/swarmauri-sdk/issues/162', date: '2024-08-21' },
    ],
  },
  forcedTools: {
    text: 'Always: `any`, `required` or a tool by its name, while it thinks as well.',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  strictSchemas: {
    text: '`strict` in a function, and `json_schema` with `strict`.',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  stopWords: {
    text: 'Four at most. An empty list is refused.',
    sources: [
      { url: 'https://docs.mistral.ai/api', date: '2026-08-18' },
      { url: 'https://github.com/langchain-ai/langchain/issues/38047', date: '2026-06-10' },
    ],
  },
  contextTooLong: {
    text: '400 with code 3051, "Prompt contains N tokens and 0 draft tokens, too large for model with M maximum context length"; older: "This model\'s maximum context length is …".',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  quotaGone: {
    text: '402 without payment; 429 at the monthly cap.',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  overloaded: {
    text: '429 with code 3505, "Service tier capacity exceeded for this model."; rate limit: 429 with code 1300 and `Retry-After`.',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  usage: {
    text: 'In the last chunk that has content, always. Cached tokens: `num_cached_tokens` or `prompt_tokens_details.cached_tokens`. Reasoning tokens: not documented.',
    sources: [{ url: 'https://docs.mistral.ai/api', date: '2026-08-18' }],
  },
  errorInSuccess: {
    text: '`finish_reason: "error"`. Errors are flat: `{object: "error", message, type, param, code}`, where `message` may be an object of details (422).',
    sources: [
      { url: 'https://docs.mistral.ai/api', date: '2026-08-18' },
      { url: 'https://github.com/yetone/avante.nvim/issues/2347', date: '2025-06-27' },
    ],
  },
};

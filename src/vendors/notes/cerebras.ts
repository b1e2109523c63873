import type { VendorNotes } from '../notes.ts';

/** What is noted of Cerebras. */
export const cerebras: VendorNotes = {
  vendor: 'cerebras',
  upstream: {
    text: 'Chat completions for every model: it has no other of these APIs.',
    sources: [{ url: 'https://www.npmjs.com/package/@cerebras/cerebras_cloud_sdk/v/1.91.0', date: '2026-11-29' }],
  },
  thinking: {
    text: '`reasoning_effort`: GPT-OSS low, medium, high, never off (another word is a 400); GLM thinks unless told `none`; Qwen 3.5 and later none, low, medium, high. `reasoning_format: parsed` separates thoughts from the text, which Qwen otherwise mixes; `hidden` hides them. Requests to other models hold no thinking settings.',
    sources: [{ url: 'https://inference-docs.cerebras.ai/capabilities/reasoning', date: '2026-11-29' }],
  },
  thoughtsBack: {
    text: "May come back in `reasoning` of the assistant's message; `reasoning_content` is not in the schema. They are sent.",
    sources: [{ url: 'https://www.npmjs.com/package/@cerebras/cerebras_cloud_sdk/v/1.91.0', date: '2026-11-29' }],
  },
  refuses: {
    text: "No `top_k` and `min_p`. The limit is `max_completion_tokens`; without it 16,384 tokens of the quota are reserved. Parts are text and images only. Whether system messages may stand between turns depends on the model's template, so they go first.",
    sources: [
      { url: 'https://www.npmjs.com/package/@cerebras/cerebras_cloud_sdk/v/1.91.0', date: '2026-11-29' },
      { url: 'https://github.com/dcdpr/jp/pull/1085', date: '2026-09-04' },
    ],
  },
  forcedTools: {
    text: 'By `required` or by name.',
    sources: [{ url: 'https://www.npmjs.com/package/@cerebras/cerebras_cloud_sdk/v/1.91.0', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: 'Either all tools are strict or none, and tools are not strict by default. Some models refuse strict tools. So `strict` is left out and reported.',
    sources: [
      { url: 'https://github.com/RooCodeInc/Roo-Code/issues/10334', date: '2025-12-24' },
      { url: 'https://github.com/livekit/agents/pull/3134', date: '2025-08-12' },
    ],
  },
  stopWords: {
    text: 'Four at most.',
    sources: [{ url: 'https://www.npmjs.com/package/@cerebras/cerebras_cloud_sdk/v/1.91.0', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 `context_length_exceeded`, "Please reduce the length of the messages or completion. Current length is N while limit is M".',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cerebras/v/2.0.82', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '402 (doubtful).',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cerebras/v/2.0.82', date: '2026-11-29' }],
  },
  overloaded: {
    text: '429 `queue_exceeded` (doubtful); rate limit: 429 `too_many_requests_error` with `request_quota_exceeded` or `token_quota_exceeded`.',
    sources: [
      { url: 'https://github.com/nminaya/grammar-nazi-bot/issues/958', date: '2026-08-12' },
      { url: 'https://github.com/anomalyco/opencode/issues/7463', date: '2026-11-29' },
    ],
  },
  usage: {
    text: 'In the last chunk.',
    sources: [{ url: 'https://www.npmjs.com/package/@cerebras/cerebras_cloud_sdk/v/1.91.0', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'Not documented. Errors are flat: `{message, type, param, code}` without `error`.',
    sources: [{ url: 'https://www.npmjs.com/package/@ai-sdk/cerebras/v/2.0.82', date: '2026-11-29' }],
  },
};

import type { VendorNotes } from '../notes.ts';

export const openai: VendorNotes = {
  vendor: 'openai',
  upstream: {
    text: 'Responses for every model, because chat completions refuse tools for a model that thinks (gpt-5.4 if an effort is sent; 5.5, 5.6 and 6 always). Audio and search models are in chat only; `*-codex`, `*-pro` and deep research are in Responses only.',
    sources: [
      { url: 'https://github.com/BerriAI/litellm/pull/34569', date: '2026-07-24' },
      { url: 'https://github.com/openai/openai-openapi/issues/541', date: '2026-05-18' },
    ],
  },
  thinking: {
    text: '`reasoning.effort`, in chat `reasoning_effort`; no number of tokens anywhere. gpt-5: minimal to high; 5.1: none, low to high; 5.2 to 5.5: none, low to xhigh; 5.6 and 6: also max, in Responses only; gpt-6-astra and 6.1-sol have no `none`. From 5.1 to 5.4 the default is none. Thoughts are shown as a summary, in Responses only.',
    sources: [
      { url: 'https://developers.openai.com/api/docs/guides/reasoning', date: '2026-11-29' },
      { url: 'https://github.com/UKGovernmentBEIS/inspect_ai/issues/5254', date: '2026-09-04' },
    ],
  },
  thoughtsBack: {
    text: 'In Responses within a tool loop: reasoning items unchanged, with `encrypted_content`, in front of their call. Those of another model are refused. Chat has no place for them.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/reasoning', date: '2026-11-29' }],
  },
  refuses: {
    text: "Models that think: `temperature` and `top_p` other than 1, `logprobs`, penalties, `stop`, `logit_bias`; the sixth generation even if thinking is turned off. Chat wants `max_completion_tokens`. Responses has no `stop`, `seed`, `n`, penalties. A token limit above the model's own is a 400, so it is never exceeded.",
    sources: [
      { url: 'https://developers.openai.com/api/docs/guides/reasoning', date: '2026-11-29' },
      { url: 'https://github.com/bolna-ai/bolna/issues/1019', date: '2026-09-05' },
    ],
  },
  forcedTools: {
    text: 'Always, while it thinks too.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/function-calling', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: 'Tools and output, in a subset of JSON Schema in which every property is required. In Responses a tool is strict by default.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/structured-outputs', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'Four, in chat; none for models that think.',
    sources: [{ url: 'https://developers.openai.com/api/reference/resources/chat', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 with the code `context_length_exceeded`; in a stream of Responses `response.failed` with it.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/error-codes', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '429 `insufficient_quota`, `billing_hard_limit_reached`, `credit_balance_exhausted`, `organization_spend_limit_exceeded`, `project_spend_limit_exceeded`, `organization_usage_limit_exceeded`.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/error-codes', date: '2026-11-29' }],
  },
  overloaded: {
    text: '503 `server_is_overloaded` or `slow_down`; 429 `rate_limit_exceeded` for a rate.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/error-codes', date: '2026-11-29' }],
  },
  usage: {
    text: 'Chat: an extra chunk without choices, where `stream_options.include_usage` asks for it. Responses: in the last event.',
    sources: [{ url: 'https://developers.openai.com/api/reference/resources/chat', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'Chat: an event with an `error`. Responses: `error`, or `response.failed` with `response.error.code`.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/streaming-responses', date: '2026-11-29' }],
  },
};

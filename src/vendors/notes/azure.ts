import type { VendorNotes } from '../notes.ts';

export const azure: VendorNotes = {
  vendor: 'azure',
  upstream: {
    text: "Responses, as at OpenAI. With `api_version` (the classic API, whose older versions have none) chat, but for models that need Responses. The name of a deployment tells nothing of its model unless it has the model's name in it.",
    sources: [
      { url: 'https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle', date: '2026-11-29' },
      { url: 'https://learn.microsoft.com/azure/foundry/openai/how-to/reasoning', date: '2026-02-24' },
    ],
  },
  thinking: {
    text: '`reasoning.effort`, in chat `reasoning_effort`; no number of tokens anywhere. gpt-5: minimal to high; 5.1: none, low to high; 5.2 to 5.5: none, low to xhigh; 5.6 and 6: also max, in Responses alone; gpt-6-astra and 6.1-sol know no `none`. From 5.1 to 5.4 nothing said means none. Thoughts are shown as a summary, in Responses alone.',
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
    text: 'Models that think: `temperature` and `top_p` other than 1, `logprobs`, penalties, `stop`, `logit_bias`; the sixth generation even where it is told not to. Chat wants `max_completion_tokens`. Responses has no `stop`, `seed`, `n`, penalties.',
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
    text: 'Tools and output, in a subset of JSON Schema in which every property is required. Responses takes a tool to be strict unless told otherwise.',
    sources: [{ url: 'https://developers.openai.com/api/docs/guides/structured-outputs', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'Four, in chat; none of models that think.',
    sources: [{ url: 'https://developers.openai.com/api/reference/resources/chat', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 with the code `context_length_exceeded`, as at OpenAI.',
    sources: [{ url: 'https://learn.microsoft.com/azure/foundry/openai/how-to/reasoning', date: '2026-02-24' }],
  },
  quotaGone: { text: 'Not documented apart from rates: quota of a deployment is a rate in tokens.' },
  overloaded: {
    text: '429 with the code `429`, `too_many_requests` or `rate_limit_exceeded`; `retry-after-ms` says when.',
    sources: [{ url: 'https://github.com/sst/opencode/issues/2244', date: '2025-08-25' }],
  },
  usage: {
    text: 'As at OpenAI. The first chunk of a stream may have no choices, but `prompt_filter_results`.',
    sources: [{ url: 'https://learn.microsoft.com/azure/foundry/openai/how-to/reasoning', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: "In a stream of Responses `error` with its fields within `error`, unlike OpenAI's.",
    sources: [{ url: 'https://github.com/sst/opencode/issues/2244', date: '2025-08-25' }],
  },
};

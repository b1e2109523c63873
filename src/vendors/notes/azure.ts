import type { VendorNotes } from '../notes.ts';
import { openai } from './openai.ts';

/** It serves the models of OpenAI; what is said here is otherwise. */
export const azure: VendorNotes = {
  ...openai,
  vendor: 'azure',
  upstream: {
    text: "Responses, as at OpenAI. With `api_version` (the classic API, whose older versions have none) chat, but for models that need Responses. The name of a deployment does not tell its model unless it contains the model's name.",
    sources: [
      { url: 'https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle', date: '2026-11-29' },
      { url: 'https://learn.microsoft.com/azure/foundry/openai/how-to/reasoning', date: '2026-02-24' },
    ],
  },
  contextTooLong: {
    text: '400 with the code `context_length_exceeded`, as at OpenAI.',
    sources: [{ url: 'https://learn.microsoft.com/azure/foundry/openai/how-to/reasoning', date: '2026-02-24' }],
  },
  quotaGone: { text: 'Not documented apart from rate limits: the quota of a deployment is a rate in tokens.' },
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

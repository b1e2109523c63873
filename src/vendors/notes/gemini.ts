import type { VendorNotes } from '../notes.ts';

export const gemini: VendorNotes = {
  vendor: 'gemini',
  upstream: {
    text: 'Its own API; its chat completions have thoughts in `extra_content` only.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/openai', date: '2026-11-29' }],
  },
  thinking: {
    text: '2.5 by `thinkingBudget` (Pro from 128 to 32,768 and never off; Flash from 0), later ones by `thinkingLevel`: low, medium, high, of some Flash models also minimal, of Gemini 4 Hydrogen xhigh. Both together are refused. Chat completions take `reasoning_effort` up to high; only 2.5 Flash takes none.',
    sources: [
      { url: 'https://ai.google.dev/gemini-api/docs/thinking', date: '2026-11-29' },
      { url: 'https://ai.google.dev/gemini-api/docs/generate-content/latest-model', date: '2026-11-29' },
      { url: 'https://ai.google.dev/gemini-api/docs/openai', date: '2026-11-29' },
    ],
  },
  thoughtsBack: {
    text: 'From the third generation on the first call of a step needs its `thoughtSignature`, or the request is refused; the text of thoughts need not come back. Signatures of Vertex are refused here, and the other way round.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/thought-signatures', date: '2026-11-29' }],
  },
  refuses: {
    text: '2.5 refuses penalties; from 3.6 on `temperature`, `topP` and `topK` are ignored, so they are left out.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/generate-content/latest-model', date: '2026-11-29' }],
  },
  forcedTools: {
    text: 'Always (`mode: ANY`).',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/function-calling', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: 'No strict tools. An output schema; together with functions from the third generation on.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/structured-output', date: '2026-11-29' }],
  },
  stopWords: { text: 'Five.', sources: [{ url: 'https://ai.google.dev/api/generate-content', date: '2026-11-29' }] },
  contextTooLong: {
    text: '400 `INVALID_ARGUMENT`: "The input token count (…) exceeds the maximum number of tokens allowed".',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/troubleshooting', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '429 `RESOURCE_EXHAUSTED`, as for rates; `details` name the quota, and `RetryInfo` the time to wait.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/troubleshooting', date: '2026-11-29' }],
  },
  overloaded: {
    text: '503 `UNAVAILABLE`.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/troubleshooting', date: '2026-11-29' }],
  },
  usage: {
    text: '`usageMetadata` in every chunk, the last counts; `candidatesTokenCount` does not include thoughts.',
    sources: [{ url: 'https://ai.google.dev/api/generate-content', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'A chunk `{error: {code, message, status}}`; the number may be missing.',
    sources: [{ url: 'https://github.com/vercel/ai/blob/main/packages/google/CHANGELOG.md', date: '2026-11-29' }],
  },
};

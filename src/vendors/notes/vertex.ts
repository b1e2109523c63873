import type { VendorNotes } from '../notes.ts';

export const vertex: VendorNotes = {
  vendor: 'vertex',
  upstream: {
    text: "The model's own: Gemini's API, Messages for Claude, chat completions for others.",
    sources: [
      { url: 'https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking', date: '2026-11-29' },
    ],
  },
  thinking: {
    text: '2.5 by `thinkingBudget` (Pro from 128 to 32,768 and never off; Flash from 0), later ones by `thinkingLevel`: low, medium, high, of some Flash models also minimal, of Gemini 4 Hydrogen xhigh. Both at once are refused. Chat completions: `reasoning_effort` for Gemini and GPT-OSS; of others it is not documented, and a wish is left out and named.',
    sources: [
      { url: 'https://ai.google.dev/gemini-api/docs/thinking', date: '2026-11-29' },
      { url: 'https://ai.google.dev/gemini-api/docs/generate-content/latest-model', date: '2026-11-29' },
    ],
  },
  thoughtsBack: {
    text: 'From the third generation on the first call of a step is refused without its `thoughtSignature`; what thoughts say need not come back. Signatures of Vertex are refused here, and the other way round.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/thought-signatures', date: '2026-11-29' }],
  },
  refuses: {
    text: 'Ids of calls before the third generation. Claude: system turns in between, media by URL.',
    sources: [
      {
        url: 'https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages',
        date: '2026-11-29',
      },
    ],
  },
  forcedTools: {
    text: 'Always (`mode: ANY`).',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/function-calling', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: "Claude: off unless the organisation allows them, so tools are not strict and a schema is asked for by a tool. Gemini as at Google's API.",
    sources: [
      {
        url: 'https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/structured_outputs',
        date: '2026-11-29',
      },
    ],
  },
  stopWords: { text: 'Five.', sources: [{ url: 'https://ai.google.dev/api/generate-content', date: '2026-11-29' }] },
  contextTooLong: {
    text: '400 `INVALID_ARGUMENT`: "The input token count (…) exceeds the maximum number of tokens allowed".',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/troubleshooting', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '429 `RESOURCE_EXHAUSTED`, as for rates; `details` name the quota and, in `RetryInfo`, when to come back.',
    sources: [{ url: 'https://ai.google.dev/gemini-api/docs/troubleshooting', date: '2026-11-29' }],
  },
  overloaded: {
    text: '429 `RESOURCE_EXHAUSTED`, 503 `UNAVAILABLE`; the error may stand in a list.',
    sources: [
      {
        url: 'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors',
        date: '2026-11-29',
      },
    ],
  },
  usage: {
    text: '`usageMetadata` in every chunk, the last counts; thoughts are not among `candidatesTokenCount`.',
    sources: [{ url: 'https://ai.google.dev/api/generate-content', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'A chunk `{error: {code, message, status}}`; the number may be missing.',
    sources: [{ url: 'https://github.com/vercel/ai/blob/main/packages/google/CHANGELOG.md', date: '2026-11-29' }],
  },
};

import type { VendorNotes } from '../notes.ts';
import { gemini } from './gemini.ts';

/** It serves the models of Google; what is said here is otherwise. */
export const vertex: VendorNotes = {
  ...gemini,
  vendor: 'vertex',
  upstream: {
    text: "The model's own: Gemini's API, Messages for Claude, chat completions for others. Of those GPT-OSS takes `reasoning_effort`. For the rest it is not documented, and a request for thinking is left out and reported.",
    sources: [
      { url: 'https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking', date: '2026-11-29' },
    ],
  },
  refuses: {
    text: 'Ids of calls before the third generation. Claude: system turns between others, media by URL.',
    sources: [
      {
        url: 'https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages',
        date: '2026-11-29',
      },
    ],
  },
  strictSchemas: {
    text: "Claude: off unless the organisation allows them, so tools are not strict and a tool asks for the schema. Gemini as at Google's API.",
    sources: [
      {
        url: 'https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/structured_outputs',
        date: '2026-11-29',
      },
    ],
  },
  overloaded: {
    text: '429 `RESOURCE_EXHAUSTED`, 503 `UNAVAILABLE`; the error may be in a list.',
    sources: [
      {
        url: 'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors',
        date: '2026-11-29',
      },
    ],
  },
};

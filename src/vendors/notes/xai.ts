import type { VendorNotes } from '../notes.ts';

export const xai: VendorNotes = {
  vendor: 'xai',
  upstream: {
    text: 'Responses: only there are thoughts returned, and chat completions are called legacy.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/reasoning', date: '2026-11-29' }],
  },
  thinking: {
    text: '`reasoning.effort`: low to xhigh of grok-4.6 and later, low to high of 4.5, none to high of 4.3, low and high of grok-3-mini. All others answer an effort with a 400 and decide themselves how much they think. `non-reasoning` models do not.',
    sources: [
      { url: 'https://docs.x.ai/docs/guides/reasoning', date: '2026-11-29' },
      { url: 'https://github.com/BerriAI/litellm/issues/16265', date: '2025-11-05' },
    ],
  },
  thoughtsBack: {
    text: 'May come back: reasoning items with `encrypted_content`, unchanged.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/reasoning', date: '2026-11-29' }],
  },
  refuses: {
    text: 'Models that think answer `stop` and penalties with an error; `logprobs` are ignored from 4.20 on.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/reasoning', date: '2026-11-29' }],
  },
  forcedTools: {
    text: 'Always.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/function-calling', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: 'Implied for tools; JSON schema for output.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/structured-outputs', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'None for models that think; otherwise not documented.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/reasoning', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 `{code, error}` with a text: "This model\'s maximum prompt length is 131072 but the request contains 537812 tokens."',
    sources: [{ url: 'https://github.com/BerriAI/litellm/issues/16265', date: '2025-11-05' }],
  },
  quotaGone: {
    text: '429 or 403 `{code, error}`: the team "has either used all available credits or reached its monthly spending limit".',
    sources: [{ url: 'https://github.com/continuedev/continue/issues/10373', date: '2026-02-09' }],
  },
  overloaded: {
    text: '429 for a rate; "at capacity" may come inside a 200.',
    sources: [{ url: 'https://github.com/cline/cline/issues/4826', date: '2025-07-11' }],
  },
  usage: {
    text: 'Responses: in the last event. In chat `completion_tokens` do not include reasoning tokens.',
    sources: [{ url: 'https://docs.x.ai/docs/guides/reasoning', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'Bodies are flat: `{code, error}`, both strings. A wrong key is a 400.',
    sources: [{ url: 'https://github.com/BerriAI/litellm/issues/16265', date: '2025-11-05' }],
  },
};

import type { Source, VendorNotes } from '../notes.ts';

const CHAT: Source = { url: 'https://platform.kimi.ai/docs/api/chat', date: '2026-08-18' };
const RESPONSES: Source = { url: 'https://platform.kimi.ai/docs/api/responses', date: '2026-10-03' };
const BLANK: Source = { url: 'https://github.com/earendil-works/pi/issues/4178', date: '2026-05-05' };
const BOTH: Source = { url: 'https://github.com/HKUDS/nanobot/issues/3939', date: '2026-05-20' };
const TOO_LONG: Source = { url: 'https://github.com/MoonshotAI/kimi-cli/issues/2011', date: '2026-04-23' };

export const moonshot: VendorNotes = {
  vendor: 'moonshot',
  upstream: {
    text: 'Chat completions. The responses API serves K3 and later only; for other models a request in that dialect is translated.',
    sources: [CHAT, RESPONSES],
  },
  thinking: {
    text: 'K2.5 and K2.6 have a switch, `thinking: {type}`, and no effort. K2.7 always thinks. K3 always thinks, with `reasoning_effort` of `low`, `high` or `max` (default), without the field `thinking`. Both fields together are a 400. Messages requests to K2.7 and K3 hold no thinking settings.',
    sources: [CHAT, BOTH],
  },
  thoughtsBack: {
    text: '`reasoning_content` must come back: with K2.5 and K2.6 on turns that call tools, with K2.7 and K3 on all. An empty text counts as missing there, a blank one does not; whether K3 accepts a blank one is doubtful.',
    sources: [CHAT, BLANK],
  },
  refuses: {
    text: '`temperature`, `top_p` and the penalties are fixed, and another value is a 400: they are left out. `seed`, `user` and `parallel_tool_calls` are not documented. Images are sent as bytes, not by URL.',
    sources: [CHAT],
  },
  forcedTools: {
    text: 'K3 takes `required` and no name, so a named tool is the only one offered. K2.5 and K2.6 take a name, and not while they think; `required` is an error. K2.7 takes neither.',
    sources: [CHAT],
  },
  strictSchemas: {
    text: '`strict` is accepted and true by default; `json_object` and `json_schema` are accepted.',
    sources: [CHAT],
  },
  stopWords: { text: '5 at most, of 32 bytes each.', sources: [CHAT] },
  contextTooLong: {
    text: '400 `invalid_request_error`, "Your request exceeded model token limit: …".',
    sources: [TOO_LONG],
  },
  quotaGone: { text: '429 `exceeded_current_quota_error`.', sources: [CHAT] },
  overloaded: {
    text: '429 `engine_overloaded_error` with `Retry-After`, or 503; a rate limit is 429 `rate_limit_reached_error`.',
    sources: [CHAT],
  },
  usage: {
    text: 'A chunk of its own with `stream_options.include_usage`, and in the choice of the last one; `cached_tokens` is also at the top level.',
    sources: [CHAT],
  },
  errorInSuccess: { text: 'Not documented.' },
};

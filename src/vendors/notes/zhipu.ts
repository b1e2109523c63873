import type { Source, VendorNotes } from '../notes.ts';

const CHAT: Source = { url: 'https://docs.z.ai/api-reference/llm/chat-completion', date: '2026-08-18' };
const THINKING: Source = { url: 'https://docs.z.ai/guides/capabilities/thinking-mode', date: '2026-11-29' };
const ERRORS: Source = { url: 'https://docs.z.ai/api-reference/api-code', date: '2026-11-29' };
const ALWAYS: Source = { url: 'https://github.com/NousResearch/hermes-agent/issues/96838', date: '2026-09-21' };

export const zhipu: VendorNotes = {
  vendor: 'zhipu',
  upstream: {
    text: 'Chat completions. Messages are at `/api/anthropic`; responses at `/api/v1` serve GLM-5.3 only, and are used if `protocol` asks for them.',
    sources: [CHAT],
  },
  thinking: {
    text: 'On unless `thinking: {type: "disabled"}` is sent. GLM-5.2 takes `reasoning_effort` of `high`, `max` (default) or `none` as well, and is turned off by `none`, because one report says that `disabled` is refused. GLM-5.3 always thinks, with `low`, `high` or `max` (default). `disabled` and every other value are a 400, so off becomes `low`. Older ones take no effort, and GLM-4-32B does not think.',
    sources: [THINKING, ALWAYS],
  },
  thoughtsBack: {
    text: '`reasoning_content` should come back unchanged within a tool loop; nothing is refused without it.',
    sources: [THINKING],
  },
  refuses: {
    text: "A `temperature` over 1 and a `top_p` under 0.01 are a 400, so the nearest value is sent. `seed`, penalties, `logprobs`, `parallel_tool_calls` and `stream_options` are not in its schema. The end user's id is `user_id`, with 6 characters at least.",
    sources: [CHAT],
  },
  forcedTools: {
    text: 'Never: only `auto` is taken. For `none` no tools are offered.',
    sources: [CHAT, { url: 'https://github.com/vectorize-io/hindsight/issues/4246', date: '2026-09-09' }],
  },
  strictSchemas: {
    text: '`json_object`, but no schema; strict tools are not documented, and `strict` is left out.',
    sources: [CHAT],
  },
  stopWords: { text: 'One, in a list.', sources: [CHAT] },
  contextTooLong: {
    text: '400 with code "1261", or a 200 with the finish reason `model_context_window_exceeded`.',
    sources: [ERRORS],
  },
  quotaGone: {
    text: '429 with code "1113", and "1308" to "1311" and "1316" to "1321" for limits of a plan.',
    sources: [ERRORS],
  },
  overloaded: { text: '429 with code "1305"; a rate limit has "1302".', sources: [ERRORS] },
  usage: { text: 'In the last chunk with content, without being asked for.', sources: [CHAT] },
  errorInSuccess: {
    text: 'In a stream the finish reasons `network_error` and `sensitive`. A wrong path is a 200 with `{code, msg, success: false}`.',
    sources: [CHAT],
  },
};

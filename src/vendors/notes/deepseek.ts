import type { Source, VendorNotes } from '../notes.ts';

const CHAT: Source = { url: 'https://api-docs.deepseek.com/api/create-chat-completion', date: '2026-08-27' };
const THINKING: Source = { url: 'https://api-docs.deepseek.com/guides/thinking_mode', date: '2026-08-12' };
const RESPONSES: Source = { url: 'https://api-docs.deepseek.com/guides/responses_api', date: '2026-08-23' };
const MESSAGES: Source = { url: 'https://api-docs.deepseek.com/guides/anthropic_api', date: '2026-08-23' };
const ERRORS: Source = { url: 'https://api-docs.deepseek.com/quick_start/error_codes', date: '2026-11-29' };

export const deepseek: VendorNotes = {
  vendor: 'deepseek',
  upstream: {
    text: 'Chat completions. The responses API is at `https://api.deepseek.com` too, without `/v1`; messages are at `/anthropic`. Both are used if the client has that dialect or `protocol` asks for it.',
    sources: [CHAT, RESPONSES, MESSAGES],
  },
  thinking: {
    text: 'On unless `thinking: {type: "disabled"}` is sent, for all models. `reasoning_effort` is `low`, `high` (default) or `max`; other words are mapped. In messages the word is `output_config.effort` and budgets are ignored; in responses it is `reasoning.effort`, with `none` for off.',
    sources: [THINKING, MESSAGES, RESPONSES],
  },
  thoughtsBack: {
    text: 'With tools in the request, the `reasoning_content` of every earlier turn must come back, or it is a 400; a blank text replaces thoughts that the client does not have. Messages want `thinking` blocks, responses `reasoning` items with plain `reasoning_text`; neither is signed.',
    sources: [THINKING, { url: 'https://github.com/earendil-works/pi/issues/4178', date: '2026-05-05' }],
  },
  refuses: {
    text: "While it thinks, `temperature`, `top_p` and the penalties have no effect. `seed` and `parallel_tool_calls` are not documented; the end user's id is `user_id`. Only deepseek-flash and the vision models take images and documents. Others refuse them, so another route is tried.",
    sources: [THINKING, CHAT],
  },
  forcedTools: {
    text: 'Not while it thinks: `required` and a named tool are a 400, so thinking is turned off for such a request. One page says that the field itself is refused then, which is doubtful. `auto` is left out while it thinks.',
    sources: [
      { url: 'https://github.com/deepseek-ai/DeepSeek-V3/issues/1376', date: '2026-08-21' },
      { url: 'https://github.com/mozilla-ai/any-llm/issues/1384', date: '2026-09-09' },
    ],
  },
  strictSchemas: {
    text: 'Strict tools at `/beta` only, so `strict` is left out. Chat has `json_object`, but no schema; responses take `text.format` of `json_schema`.',
    sources: [CHAT, RESPONSES],
  },
  stopWords: { text: '16 at most.', sources: [CHAT] },
  contextTooLong: {
    text: '400 `invalid_request_error`, "This model\'s maximum context length is … tokens. However, you requested …".',
    sources: [ERRORS],
  },
  quotaGone: { text: '402 "Insufficient Balance".', sources: [ERRORS] },
  overloaded: {
    text: '503; a 429 is about concurrent requests, and ends by waiting even if its message names the balance.',
    sources: [ERRORS],
  },
  usage: {
    text: 'In the last chunk with content, always; `prompt_cache_hit_tokens` and `completion_tokens_details.reasoning_tokens`.',
    sources: [CHAT],
  },
  errorInSuccess: {
    text: 'The finish reason `insufficient_system_resource`. Empty lines and comments keep a waiting connection open.',
    sources: [CHAT],
  },
};

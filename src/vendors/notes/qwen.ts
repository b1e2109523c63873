import type { Source, VendorNotes } from '../notes.ts';

const CHAT: Source = {
  url: 'https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference',
  date: '2026-08-18',
};
const THINKING: Source = { url: 'https://www.alibabacloud.com/help/en/model-studio/deep-thinking', date: '2026-11-29' };
const RESPONSES: Source = {
  url: 'https://help.aliyun.com/en/model-studio/qwen-api-via-openai-responses',
  date: '2026-11-29',
};
const ERRORS: Source = { url: 'https://www.alibabacloud.com/help/en/model-studio/error-code', date: '2026-11-29' };
const TOO_LONG: Source = { url: 'https://github.com/QwenLM/qwen-code/issues/3652', date: '2026-11-29' };
const IN_STREAM: Source = { url: 'https://github.com/anomalyco/opencode/issues/41531', date: '2026-11-29' };

export const qwen: VendorNotes = {
  vendor: 'qwen',
  upstream: {
    text: 'Chat completions. The responses API, at the same base URL, serves `qwen3-max`, `qwen-plus`, `qwen-flash`, `qwen3-coder-…` and what came from 3.5 on; for other models a request in that dialect is translated.',
    sources: [CHAT, RESPONSES],
  },
  thinking: {
    text: '`enable_thinking` with `thinking_budget`. From 3.8 on `reasoning_effort` of `low`, `medium` or `xhigh` (default), which a budget may replace; both together are a 400. QwQ, QVQ, `…-thinking` and the previews of 3.8 always think and refuse `enable_thinking: false`. Open weights of Qwen3 think in streams only. Which of 3.5 to 3.7 think by default is doubtful.',
    sources: [THINKING, { url: 'https://github.com/QwenLM/qwen-code/pull/8472', date: '2026-08-03' }],
  },
  thoughtsBack: {
    text: '`reasoning_content` should come back within a tool loop; nothing is refused without it.',
    sources: [THINKING],
  },
  refuses: {
    text: '`frequency_penalty`, `logprobs` and `user` are not in its list and are left out. `temperature` must be below 2 and `top_p` above 0. `response_format` excludes thinking, so the instructions contain the schema then.',
    sources: [CHAT],
  },
  forcedTools: {
    text: 'By its name, and not while it thinks, so thinking is turned off; `required` never. A call cannot be forced on models that always think.',
    sources: [CHAT, { url: 'https://github.com/pydantic/pydantic-ai/issues/1265', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: '`json_schema` from 3.7 on, `json_object` before, which wants the word JSON in a message. Strict tools are not documented, and `strict` is left out.',
    sources: [CHAT],
  },
  stopWords: { text: 'A string or a list; the limit is not documented.', sources: [CHAT] },
  contextTooLong: {
    text: '400 `invalid_parameter_error`, "Range of input length should be [1, …]".',
    sources: [TOO_LONG],
  },
  quotaGone: {
    text: '400 with code `Arrearage`, 403 `AllocationQuota.FreeTierOnly`, 429 `insufficient_quota`.',
    sources: [ERRORS],
  },
  overloaded: {
    text: '503 `ModelUnavailable` or `ModelServingError`; rate limits are 429 `limit_requests` and `Throttling.…`.',
    sources: [ERRORS],
  },
  usage: { text: 'A chunk of its own with `stream_options.include_usage`.', sources: [CHAT] },
  errorInSuccess: { text: 'In a stream, data of `{error: {code, message, type}}`.', sources: [IN_STREAM] },
};

import type { Source, VendorNotes } from '../notes.ts';

const CHAT: Source = {
  url: 'https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions',
  date: '2026-11-29',
};
const MESSAGES: Source = {
  url: 'https://docs.siliconflow.cn/cn/api-reference/chat-completions/messages',
  date: '2026-11-29',
};
const ERRORS: Source = { url: 'https://docs.siliconflow.cn/cn/faqs/error-code', date: '2026-11-29' };

export const siliconflow: VendorNotes = {
  vendor: 'siliconflow',
  upstream: {
    text: 'Chat completions. Messages are documented for the Chinese host only, and are used there if `protocol` asks for them.',
    sources: [CHAT, MESSAGES],
  },
  thinking: {
    text: '`enable_thinking` with a `thinking_budget` of 128 to 32768, for the hybrid models that its page names; R1, QwQ and the like always think and take the budget. `reasoning_effort` of `high` or `max` is for DeepSeek-V4. DeepSeek-V3.1 takes tools with thinking turned off only. Requests to other models hold no thinking settings.',
    sources: [CHAT],
  },
  thoughtsBack: {
    text: 'Not documented. They go back to DeepSeek-V4 only, whose maker requires them.',
    sources: [CHAT],
  },
  refuses: {
    text: '`seed`, `user`, `logprobs`, `presence_penalty`, `parallel_tool_calls` and `stream_options` are not in its schema, and unknown values are a 400 (20015): they are left out. `min_p` is for Qwen3.',
    sources: [CHAT],
  },
  forcedTools: { text: '`tool_choice` is not documented, and it is sent.' },
  strictSchemas: {
    text: 'Its schema of tools has `strict`; `json_object`, but no schema.',
    sources: [CHAT],
  },
  stopWords: { text: '4 at most.', sources: [CHAT] },
  contextTooLong: {
    text: '400 with code 20015, "length of prompt_tokens (…) must be less than max_seq_len (…)".',
    sources: [{ url: 'https://github.com/chatboxai/chatbox/issues/2060', date: '2025-02-25' }],
  },
  quotaGone: { text: '403 with code 30001; doubtful.', sources: [ERRORS] },
  overloaded: { text: '503 with code 50505, and 429 for a rate limit; doubtful.', sources: [ERRORS] },
  usage: { text: 'In every chunk, without being asked for.', sources: [CHAT] },
  errorInSuccess: { text: 'Not documented. Errors are flat: `{code, message, data}`.', sources: [ERRORS] },
};

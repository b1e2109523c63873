import type { Source, VendorNotes } from '../notes.ts';

const CHAT: Source = { url: 'https://platform.minimax.io/docs/api-reference/text-openai-api', date: '2026-11-29' };
const MESSAGES: Source = {
  url: 'https://platform.minimax.io/docs/api-reference/text-anthropic-api',
  date: '2026-11-29',
};
const RESPONSES: Source = {
  url: 'https://platform.minimax.io/docs/api-reference/responses-create',
  date: '2026-11-29',
};
const TYPES: Source = { url: 'https://github.com/CherryHQ/cherry-studio/issues/16431', date: '2026-11-29' };
const EMPTY: Source = { url: 'https://github.com/QwenLM/qwen-code/issues/11905', date: '2026-09-15' };
const ERRORS: Source = { url: 'https://platform.minimax.io/docs/api-reference/errorcode', date: '2026-11-29' };

export const minimax: VendorNotes = {
  vendor: 'minimax',
  upstream: {
    text: 'Chat completions with `reasoning_split: true`, without which thoughts are in the text. Messages, which the vendor recommends, are at `/anthropic`.',
    sources: [CHAT, MESSAGES, RESPONSES],
  },
  thinking: {
    text: 'M3 has a switch, `thinking: {type: "adaptive" | "disabled"}`, and no effort; `enabled` is a 400. Without it M3 thinks in chat, and not in messages and responses. M2 always thinks. In responses `reasoning.effort` turns M3 on, with any value from `minimal` to `high`.',
    sources: [MESSAGES, RESPONSES, TYPES],
  },
  thoughtsBack: {
    text: 'The whole turn should come back, with its `reasoning_details` unchanged, or with its `thinking` blocks in messages. Nothing is refused without them.',
    sources: [CHAT, MESSAGES],
  },
  refuses: {
    text: 'Penalties and `logit_bias` have no effect. `temperature` is 2 at most, with M2 1 and over 0. `seed`, `logprobs`, `user` and `parallel_tool_calls` are not documented. A function without parameters, a result without its call and arguments that are not JSON are a 400.',
    sources: [CHAT, EMPTY],
  },
  forcedTools: {
    text: '`tool_choice` is taken in messages; for chat it is not documented, and it is sent.',
    sources: [MESSAGES],
  },
  strictSchemas: {
    text: 'Neither `strict` nor `response_format` is documented. The first is left out, for the second the instructions contain the schema; it is doubtful whether M3 would take one.',
    sources: [CHAT],
  },
  stopWords: {
    text: 'Messages ignore them; for chat they are not documented. They are left out and reported.',
    sources: [MESSAGES],
  },
  contextTooLong: {
    text: '400 `bad_request_error`, "invalid params, context window exceeds limit (2013)"; code 2013 is any wrong parameter.',
    sources: [ERRORS],
  },
  quotaGone: {
    text: '402 `insufficient_balance_error` (1008); 429 with 2056 for the window of a plan.',
    sources: [ERRORS],
  },
  overloaded: { text: '529 `overloaded_error`; a rate limit is 429 with 1002 or 1039.', sources: [ERRORS] },
  usage: {
    text: 'A last chunk with `stream_options.include_usage`; earlier chunks may hold one of zeros.',
    sources: [{ url: 'https://github.com/MiniMax-AI/MiniMax-M2.5/issues/2', date: '2026-02-16' }],
  },
  errorInSuccess: {
    text: 'A 200 with `base_resp: {status_code, status_msg}`, whose code is not 0. Errors have the form of Anthropic in all APIs.',
    sources: [ERRORS],
  },
};

import type { VendorNotes } from '../notes.ts';

/** What is noted of Together. */
export const together: VendorNotes = {
  vendor: 'together',
  upstream: {
    text: 'Chat completions for every model: it has no other of these APIs.',
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
  thinking: {
    text: 'GPT-OSS: `reasoning_effort` low, medium or high; it cannot be turned off. Models that can be switched (DeepSeek V3.1 and later, Kimi K2.5 and later, GLM 5, Qwen 3.5, MiniMax M3, Nemotron 3): `reasoning: {enabled}`, with `reasoning_effort`, for DeepSeek V4 `high` or `max`. R1 and the Thinking models always think. Requests to all others hold no thinking settings.',
    sources: [
      {
        url: 'https://github.com/BerriAI/litellm/blob/main/litellm/llms/together_ai/chat/transformation.py',
        date: '2026-11-29',
      },
    ],
  },
  thoughtsBack: {
    text: "May come back in `reasoning_content` of the assistant's message. They are sent.",
    sources: [
      {
        url: 'https://github.com/BerriAI/litellm/blob/main/litellm/llms/together_ai/chat/transformation.py',
        date: '2026-11-29',
      },
    ],
  },
  refuses: {
    text: "Not in its schema: `user`, `parallel_tool_calls`, `max_completion_tokens`, `strict`, the role `developer`. `logprobs` is a number there, so it is left out. Documents: not documented. Whether system messages may stand between turns depends on the model's template, so they go first.",
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
  forcedTools: {
    text: 'By `required` or by name, for models that call functions.',
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
  strictSchemas: {
    text: "No `strict` in its types; `json_schema` as an answer's format.",
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
  stopWords: {
    text: 'A list; the limit is not documented.',
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
  contextTooLong: {
    text: '400 or 422, "`inputs` tokens + `max_new_tokens` must be <= N. Given: …".',
    sources: [
      {
        url: 'https://github.com/BerriAI/litellm/blob/main/litellm/llms/together_ai/chat/transformation.py',
        date: '2026-11-29',
      },
    ],
  },
  quotaGone: {
    text: '402 with type `credit_limit`; that type also stands on a 429 for a rate limit, so the status decides.',
    sources: [
      { url: 'https://github.com/expectedparrot/edsl/issues/2098', date: '2025-07-16' },
      { url: 'https://github.com/togethercomputer/MoA/issues/27', date: '2026-11-29' },
    ],
  },
  overloaded: {
    text: '503 `service_unavailable` (doubtful); rate limit: 429 `rate_limit` or `model_rate_limit`.',
    sources: [
      {
        url: 'https://github.com/BerriAI/litellm/blob/main/litellm/llms/together_ai/chat/transformation.py',
        date: '2026-11-29',
      },
    ],
  },
  usage: {
    text: 'In the last chunk, always.',
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
  errorInSuccess: {
    text: 'Not documented. `finish_reason: "eos"` is a plain stop.',
    sources: [{ url: 'https://www.npmjs.com/package/together-ai/v/0.52.0', date: '2026-09-11' }],
  },
};

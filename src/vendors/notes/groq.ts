import type { VendorNotes } from '../notes.ts';

/** What is noted of Groq. */
export const groq: VendorNotes = {
  vendor: 'groq',
  upstream: {
    text: 'Chat completions for every model, and for clients of Responses as well: that API is a beta without `store`, `include`, `truncation`, `prompt_cache_key` and `previous_response_id`, so it is used only if `protocol: openai-responses` asks for it.',
    sources: [{ url: 'https://console.groq.com/docs/responses-api', date: '2026-11-29' }],
  },
  thinking: {
    text: 'GPT-OSS: `reasoning_effort` low, medium or high; it cannot be turned off. Qwen 3: `none` or `default`. Other words are a 400 for every model, and the field is one for models that do not think (doubtful, so nothing is sent to those). `reasoning_format: parsed` separates thoughts from the text, `hidden` hides them; GPT-OSS has `include_reasoning` instead.',
    sources: [
      { url: 'https://console.groq.com/docs/reasoning', date: '2026-11-29' },
      { url: 'https://github.com/earendil-works/pi/issues/3764', date: '2026-04-26' },
      { url: 'https://github.com/Alishahryar1/free-claude-code/issues/1348', date: '2026-08-06' },
    ],
  },
  thoughtsBack: {
    text: "May come back in `reasoning` of the assistant's message. `reasoning_content` there is a 400, as is any field that it does not know.",
    sources: [
      { url: 'https://github.com/menloresearch/jan/issues/8136', date: '2026-05-13' },
      { url: 'https://github.com/vercel/ai/issues/7860', date: '2026-11-29' },
    ],
  },
  refuses: {
    text: '`logprobs`, `top_logprobs`, `logit_bias` and `messages[].name` are a 400. The penalties have no effect, so they are left out and reported. The limit is `max_completion_tokens`, at most what the model has (gpt-oss 65,536, qwen3-32b 40,960, llama-3.3-70b 32,768, kimi-k2 16,384, llama-4 8,192); it counts towards the tokens per minute. Images, but no documents. Whether system messages may stand between turns depends on the model, so they go first.',
    sources: [
      { url: 'https://console.groq.com/docs/openai', date: '2026-11-29' },
      { url: 'https://pypi.org/project/groq/1.7.0/', date: '2026-11-29' },
    ],
  },
  forcedTools: {
    text: 'Always, by `required` or by name. 128 tools at most.',
    sources: [{ url: 'https://pypi.org/project/groq/1.7.0/', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: '`json_schema` for GPT-OSS, Kimi K2 and Llama 4 only, neither beside tools nor in a stream; JSON mode beside tools is a 400. Elsewhere the schema is told to the model in words, and named as left out.',
    sources: [
      {
        url: 'https://github.com/BerriAI/litellm/blob/main/litellm/llms/groq/chat/transformation.py',
        date: '2026-11-29',
      },
      { url: 'https://github.com/vercel/ai/pull/16540', date: '2026-07-01' },
    ],
  },
  stopWords: {
    text: 'Four at most.',
    sources: [{ url: 'https://pypi.org/project/groq/1.7.0/', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 `context_length_exceeded`, "Please reduce the length of the messages or completion."; 413 `rate_limit_exceeded` where one request is more than a minute\'s tokens.',
    sources: [{ url: 'https://console.groq.com/docs/openai', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '400 `blocked_api_access` at the limit of spending (doubtful).',
    sources: [{ url: 'https://console.groq.com/docs/openai', date: '2026-11-29' }],
  },
  overloaded: {
    text: '498 for the flex tier, 503 otherwise (doubtful); rate limit: 429 `rate_limit_exceeded` with `retry-after`.',
    sources: [{ url: 'https://console.groq.com/docs/openai', date: '2026-11-29' }],
  },
  usage: {
    text: 'In `x_groq.usage` of the last chunk, and with `stream_options.include_usage` in one of its own. `prompt_tokens_details.cached_tokens`, `completion_tokens_details.reasoning_tokens`.',
    sources: [{ url: 'https://pypi.org/project/groq/1.7.0/', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'A chunk `{error: {…}}` in the stream (doubtful). A malformed call of the model is a 400 `tool_use_failed`.',
    sources: [{ url: 'https://pypi.org/project/groq/1.7.0/', date: '2026-11-29' }],
  },
};

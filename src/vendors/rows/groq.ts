import { CHAT, RESPONSES } from '../dialects.ts';
import { BY_THREE_EFFORTS, UNTOLD } from '../thinking-controls.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

/** Unknown fields are refused, and `reasoning_effort` by every model that does not think. */
export const groq: Vendor = {
  name: 'groq',
  envKey: 'GROQ_API_KEY',
  // Its Responses API is a beta that refuses `store`, `include` and `prompt_cache_key`, which agents send: to be asked for.
  endpoints: [
    { url: 'https://api.groq.com/openai/v1', protocols: CHAT },
    { url: 'https://api.groq.com/openai/v1', protocols: RESPONSES },
  ],
  quirks: {
    ...TEMPLATES,
    maxTokensField: 'max_completion_tokens',
    thinking: UNTOLD,
    reasoningBack: 'reasoning',
    documents: 'none',
    mostStops: 4,
    fields: {
      logprobs: false,
      top_logprobs: false,
      frequency_penalty: false,
      presence_penalty: false,
      'response_format.json_schema': false,
      'response_format.tools': false,
      'response_format.stream': false,
    },
    models: [
      [
        /gpt-oss/i,
        {
          thinking: { ...BY_THREE_EFFORTS, hide: { include_reasoning: false } },
          fields: { 'response_format.json_schema': true },
        },
      ],
      [
        /qwen-?3/i,
        {
          thinking: {
            on: { reasoning_effort: 'default' },
            off: { reasoning_effort: 'none' },
            // Otherwise they stand in the text, and together with tools that is refused.
            always: { reasoning_format: 'parsed' },
            hide: { reasoning_format: 'hidden' },
          },
        },
      ],
      [/kimi-k2|llama-4/i, { fields: { 'response_format.json_schema': true } }],
    ],
  },
};

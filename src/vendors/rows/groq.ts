import type { Quirks } from '../../core/route.ts';
import { CHAT, RESPONSES } from '../dialects.ts';
import { BY_THREE_EFFORTS, UNTOLD } from '../thinking-controls.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

/** By default thoughts are within the text, which Groq refuses together with tools. */
const QWEN: Quirks = {
  thinking: {
    on: { reasoning_effort: 'default' },
    off: { reasoning_effort: 'none' },
    always: { reasoning_format: 'parsed' },
    hide: { reasoning_format: 'hidden' },
  },
};

/**
 * A higher limit is a 400: https://github.com/Alishahryar1/free-claude-code/issues/955,
 * https://console.groq.com/docs/models.
 */
function atMost(tokens: number): Quirks {
  return { ranges: { max_completion_tokens: [1, tokens] } };
}

/** Unknown fields are refused, and so is `reasoning_effort` by every model that does not think. */
export const groq: Vendor = {
  name: 'groq',
  envKey: 'GROQ_API_KEY',
  // Its Responses API is a beta that refuses `store`, `include` and `prompt_cache_key`, which agents send. It is used
  // only if the config asks for it.
  endpoints: [
    { url: 'https://api.groq.com/openai/v1', protocols: CHAT },
    {
      url: 'https://api.groq.com/openai/v1',
      protocols: RESPONSES,
      quirks: { fields: { include: false, store: false, safety_identifier: false, 'reasoning.summary': false } },
    },
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
      'messages.reasoning_content': false,
      presence_penalty: false,
      'response_format.json_schema': false,
      'response_format.tools': false,
      'response_format.stream': false,
    },
    models: [
      [
        /gpt-oss/i,
        {
          ...atMost(65_536),
          thinking: { ...BY_THREE_EFFORTS, hide: { include_reasoning: false } },
          fields: { 'response_format.json_schema': true },
        },
      ],
      [/qwen3-32b/i, { ...atMost(40_960), ...QWEN }],
      [/qwen-?3/i, QWEN],
      [/kimi-k2/i, { ...atMost(16_384), fields: { 'response_format.json_schema': true } }],
      [/llama-4/i, { ...atMost(8192), fields: { 'response_format.json_schema': true } }],
      [/llama-3\.3-70b/i, atMost(32_768)],
    ],
  },
};

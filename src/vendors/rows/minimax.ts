import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { since } from '../models/since.ts';
import type { Vendor } from '../vendor.ts';

/** Without it, thoughts are within the text, between `<think>` and `</think>`. */
const SPLIT = { reasoning_split: true };

/** https://platform.minimax.io/docs */
export const minimax: Vendor = {
  name: 'minimax',
  envKey: 'MINIMAX_API_KEY',
  endpoints: [
    {
      url: 'https://api.minimax.io/v1',
      alsoAt: ['https://api.minimaxi.com/v1'],
      protocols: CHAT_AND_RESPONSES,
    },
    {
      url: 'https://api.minimax.io/anthropic/v1',
      alsoAt: ['https://api.minimaxi.com/anthropic/v1'],
      protocols: MESSAGES,
      credential: BEARER,
    },
  ],
  modelPrefixes: ['MiniMax-'],
  quirks: {
    translated: 'openai-chat',
    // One system message, at the beginning: https://github.com/MiniMax-AI/MiniMax-M2/issues/51, read in November 2026.
    systemFirst: true,
    maxTokensField: 'max_completion_tokens',
    // M2 always thinks.
    thinking: { on: {}, always: SPLIT },
    reasoningBack: 'reasoning_details',
    ranges: { temperature: [0.01, 1], top_p: [0.01, 1] },
    fields: {
      stop: false,
      seed: false,
      user: false,
      logprobs: false,
      top_logprobs: false,
      presence_penalty: false,
      frequency_penalty: false,
      parallel_tool_calls: false,
      response_format: false,
      'tools.strict': false,
    },
    messages: { thinking: 'unsaid', off: 'never', stops: false },
    models: [
      [
        since('minimax-m', '3'),
        {
          thinking: {
            on: { thinking: { type: 'adaptive' } },
            off: { thinking: { type: 'disabled' } },
            always: SPLIT,
          },
          ranges: { temperature: [0, 2], top_p: [0.01, 1] },
          messages: { thinking: 'adaptive', off: 'disabled', stops: false },
        },
      ],
    ],
  },
};

import { BEARER, CHAT, MESSAGES, RESPONSES } from '../dialects.ts';
import { since } from '../models/since.ts';
import { BY_TYPE } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

/** https://docs.z.ai */
export const zhipu: Vendor = {
  name: 'zhipu',
  envKey: 'ZAI_API_KEY',
  endpoints: [
    {
      url: 'https://api.z.ai/api/paas/v4',
      alsoAt: [
        'https://api.z.ai/api/coding/paas/v4',
        'https://open.bigmodel.cn/api/paas/v4',
        'https://open.bigmodel.cn/api/coding/paas/v4',
      ],
      protocols: CHAT,
    },
    { url: 'https://api.z.ai/api/v1', alsoAt: ['https://open.bigmodel.cn/api/v1'], protocols: RESPONSES },
    {
      url: 'https://api.z.ai/api/anthropic/v1',
      alsoAt: ['https://open.bigmodel.cn/api/anthropic/v1'],
      protocols: MESSAGES,
      credential: BEARER,
    },
  ],
  modelPrefixes: ['glm-'],
  quirks: {
    thinking: BY_TYPE,
    reasoningBack: 'reasoning_content',
    forcedTools: 'never',
    mostStops: 1,
    userField: 'user_id',
    ranges: { temperature: [0, 1], top_p: [0.01, 1], max_tokens: [1, 131_072] },
    fields: {
      tool_choice: false,
      'tools.strict': false,
      'response_format.json_schema': false,
      // Reports token counts without being asked.
      stream_options: false,
      seed: false,
      presence_penalty: false,
      frequency_penalty: false,
      logprobs: false,
      top_logprobs: false,
      parallel_tool_calls: false,
    },
    models: [
      [
        // It always thinks. It refuses `disabled`, `none` and other values than these.
        since('glm-', '5.3'),
        {
          thinking: {
            on: { thinking: { type: 'enabled' } },
            effort: { field: 'reasoning_effort', words: ['low', 'high', 'max'] },
          },
          messages: { off: 'never' },
        },
      ],
      [
        since('glm-', '5.2'),
        {
          thinking: {
            on: { thinking: { type: 'enabled' } },
            // One of the URLs is reported to refuse `disabled`, but not the effort.
            off: { reasoning_effort: 'none' },
            effort: { field: 'reasoning_effort', words: ['high', 'max'] },
          },
        },
      ],
    ],
  },
};

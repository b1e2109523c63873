import type { Quirks } from '../../core/route.ts';
import { BEARER, CHAT, MESSAGES } from '../dialects.ts';
import { since } from '../models/since.ts';
import { TEMPLATES } from '../open-models.ts';
import { BY_ENABLE } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

const { budget } = BY_ENABLE;

/** Can be turned on and off, with a budget. */
const HYBRID: Quirks = { thinking: BY_ENABLE };
const ALWAYS: Quirks = { thinking: { on: {}, ...(budget === undefined ? {} : { budget }) } };

/** https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions */
export const siliconflow: Vendor = {
  name: 'siliconflow',
  envKey: 'SILICONFLOW_API_KEY',
  endpoints: [
    { url: 'https://api.siliconflow.com/v1', alsoAt: ['https://api.siliconflow.cn/v1'], protocols: CHAT },
    // Used only with `protocol: anthropic`.
    { url: 'https://api.siliconflow.cn/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: {
    ...TEMPLATES,
    // Only the models named here take the switch. Others refuse it.
    thinking: {},
    mostStops: 4,
    fields: {
      top_k: true,
      // Reports token counts without being asked, and refuses unknown fields.
      stream_options: false,
      seed: false,
      user: false,
      logprobs: false,
      top_logprobs: false,
      presence_penalty: false,
      parallel_tool_calls: false,
      'response_format.json_schema': false,
    },
    models: [
      [/-r1|qwq|-thinking|glm-z1|minimax-m/i, ALWAYS],
      [
        since('deepseek-v', '4'),
        {
          thinking: { effort: { field: 'reasoning_effort', words: ['high', 'max'] } },
          // Its maker refuses conversations without them.
          reasoningBack: 'reasoning_content',
          thoughtsNeeded: 'all',
        },
      ],
      [/deepseek-v3\.1-terminus/i, HYBRID],
      [since('deepseek-v', '3.2', '4'), HYBRID],
      [since('deepseek-v', '3.1', '3.2'), { ...HYBRID, unthinkingWith: 'tools' }],
      [since('glm-', '4.5', '5.1'), HYBRID],
      [/hunyuan-a13b/i, HYBRID],
      [/qwen3-[\w.-]*instruct|qwen3-coder/i, {}],
      [/qwen3-\d/i, { ...HYBRID, fields: { min_p: true } }],
      [since('qwen', '3.5'), HYBRID],
    ],
  },
};

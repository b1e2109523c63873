import { CHAT } from '../dialects.ts';
import { BY_THREE_EFFORTS, byWords, UNTOLD } from '../thinking-controls.ts';
import { anyOf, since } from '../models/since.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

const NEWER = anyOf(since('minimax-m', '3'), since('nemotron-', '3'));

/** Models that think unless they are told not to. */
const SWITCH = { on: { reasoning: { enabled: true } }, off: { reasoning: { enabled: false } } };

export const together: Vendor = {
  name: 'together',
  envKey: 'TOGETHER_API_KEY',
  endpoints: [{ url: 'https://api.together.ai/v1', alsoAt: ['https://api.together.xyz/v1'], protocols: CHAT }],
  quirks: {
    ...TEMPLATES,
    thinking: UNTOLD,
    reasoningBack: 'reasoning_content',
    documents: 'none',
    fields: {
      top_k: true,
      min_p: true,
      user: false,
      parallel_tool_calls: false,
      // It is a number there.
      logprobs: false,
      top_logprobs: false,
      'tools.strict': false,
    },
    models: [
      [/gpt-oss/i, { thinking: BY_THREE_EFFORTS }],
      [since('deepseek-v', '4'), { thinking: { ...SWITCH, ...byWords('high', 'max') } }],
      [
        anyOf(since('deepseek-v', '3.1'), since('kimi-k', '2.5'), since('glm-', '5'), since('qwen-?', '3.5'), NEWER),
        { thinking: { ...SWITCH, ...byWords('low', 'medium', 'high') } },
      ],
      // Always on; takes no effort.
      [/deepseek-r1|thinking|qwq|minimax-m/i, { thinking: { on: {} } }],
    ],
  },
};

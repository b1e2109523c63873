import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { BY_THREE_EFFORTS, byWords, UNTOLD } from '../thinking-controls.ts';
import { anyOf, since } from '../models/since.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const fireworks: Vendor = {
  name: 'fireworks',
  envKey: 'FIREWORKS_API_KEY',
  endpoints: [
    { url: 'https://api.fireworks.ai/inference/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'https://api.fireworks.ai/inference/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: {
    ...TEMPLATES,
    translated: 'openai-chat',
    translatedAlways: true,
    thinking: UNTOLD,
    reasoningBack: 'reasoning_content',
    documents: 'none',
    mostStops: 4,
    fields: { top_k: true, min_p: true, 'tools.strict': false, 'response_format.tools': false },
    models: [
      [anyOf(/gpt-oss|kimi-k2-thinking/i, since('kimi-k', '2.5')), { thinking: BY_THREE_EFFORTS }],
      [since('glm-', '5'), { thinking: byWords('none', 'high', 'max') }],
      [since('deepseek-v', '4'), { thinking: byWords('none', 'low', 'medium', 'high', 'xhigh') }],
      [
        anyOf(since('deepseek-v', '3.1'), since('glm-', '4.5'), /qwen-?3(?!.*(?:coder|instruct|thinking))/i),
        { thinking: byWords('none', 'low', 'medium', 'high') },
      ],
      // Always on; takes no effort.
      [/deepseek-r1|thinking|qwq|minimax-m/i, { thinking: { on: {} } }],
    ],
  },
};

import { BEARER, CHAT, MESSAGES } from '../dialects.ts';
import { BY_TYPE } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

export const zhipu: Vendor = {
  name: 'zhipu',
  envKey: 'ZAI_API_KEY',
  endpoints: [
    {
      url: 'https://api.z.ai/api/paas/v4',
      alsoAt: ['https://api.z.ai/api/coding/paas/v4', 'https://open.bigmodel.cn/api/paas/v4'],
      protocols: CHAT,
    },
    {
      url: 'https://api.z.ai/api/anthropic/v1',
      alsoAt: ['https://open.bigmodel.cn/api/anthropic/v1'],
      protocols: MESSAGES,
      credential: BEARER,
    },
  ],
  modelPrefixes: ['glm-'],
  quirks: { thinking: BY_TYPE, reasoningBack: 'reasoning_content' },
};

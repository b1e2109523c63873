import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const moonshot: Vendor = {
  name: 'moonshot',
  envKey: 'MOONSHOT_API_KEY',
  endpoints: [
    {
      url: 'https://api.moonshot.ai/v1',
      alsoAt: ['https://api.moonshot.cn/v1'],
      protocols: CHAT_AND_RESPONSES,
    },
    {
      url: 'https://api.moonshot.ai/anthropic/v1',
      alsoAt: ['https://api.moonshot.cn/anthropic/v1'],
      protocols: MESSAGES,
      credential: BEARER,
    },
  ],
  modelPrefixes: ['kimi-', 'moonshot-'],
};

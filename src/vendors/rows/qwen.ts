import { CHAT, MESSAGES, RESPONSES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const qwen: Vendor = {
  name: 'qwen',
  envKey: 'DASHSCOPE_API_KEY',
  endpoints: [
    {
      url: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
      alsoAt: [
        'https://dashscope.aliyuncs.com/compatible-mode/v1',
        'https://dashscope-us.aliyuncs.com/compatible-mode/v1',
        'https://*.maas.aliyuncs.com/compatible-mode/v1',
      ],
      protocols: CHAT,
    },
    {
      url: 'https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1',
      alsoAt: ['https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1'],
      protocols: RESPONSES,
    },
    {
      url: 'https://dashscope-intl.aliyuncs.com/apps/anthropic/v1',
      alsoAt: ['https://dashscope.aliyuncs.com/apps/anthropic/v1', 'https://*.maas.aliyuncs.com/apps/anthropic/v1'],
      protocols: MESSAGES,
    },
  ],
  modelPrefixes: ['qwen-', 'qwen2', 'qwen3', 'qwq-', 'qvq-'],
  quirks: { systemFirst: true },
};

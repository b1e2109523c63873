import { CHAT } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const cohere: Vendor = {
  name: 'cohere',
  envKey: 'COHERE_API_KEY',
  endpoints: [
    {
      url: 'https://api.cohere.ai/compatibility/v1',
      alsoAt: ['https://api.cohere.com/compatibility/v1'],
      protocols: CHAT,
    },
  ],
  modelPrefixes: ['command-'],
  quirks: { fields: { stream_options: false } },
};

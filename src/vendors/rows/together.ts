import { CHAT } from '../dialects.ts';
import { OPEN_MODELS } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const together: Vendor = {
  name: 'together',
  envKey: 'TOGETHER_API_KEY',
  endpoints: [{ url: 'https://api.together.ai/v1', alsoAt: ['https://api.together.xyz/v1'], protocols: CHAT }],
  quirks: OPEN_MODELS,
};

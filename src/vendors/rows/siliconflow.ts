import { CHAT } from '../dialects.ts';
import { OPEN_MODELS } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const siliconflow: Vendor = {
  name: 'siliconflow',
  envKey: 'SILICONFLOW_API_KEY',
  endpoints: [{ url: 'https://api.siliconflow.com/v1', alsoAt: ['https://api.siliconflow.cn/v1'], protocols: CHAT }],
  quirks: OPEN_MODELS,
};

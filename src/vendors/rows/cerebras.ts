import { CHAT } from '../dialects.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const cerebras: Vendor = {
  name: 'cerebras',
  envKey: 'CEREBRAS_API_KEY',
  endpoints: [{ url: 'https://api.cerebras.ai/v1', protocols: CHAT }],
  quirks: { ...TEMPLATES, reasoningBack: 'reasoning' },
};

import { CHAT } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const mistral: Vendor = {
  name: 'mistral',
  envKey: 'MISTRAL_API_KEY',
  endpoints: [{ url: 'https://api.mistral.ai/v1', protocols: CHAT }],
  modelPrefixes: [
    'mistral-',
    'open-mistral-',
    'ministral-',
    'magistral-',
    'codestral-',
    'devstral-',
    'pixtral-',
    'voxtral-',
  ],
  quirks: {
    callIdLength: 9,
    noUserAfterTool: true,
    reasoningBack: 'thinking',
    documents: 'document_url',
    fields: { seed: false },
  },
};

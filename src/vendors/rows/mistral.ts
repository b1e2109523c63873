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
    // The order of roles: https://github.com/avante-corp/avante.nvim/pull/2695, https://github.com/MODSetter/SurfSense/issues/287;
    // the last of them: https://github.com/NEKOparapa/AiNiee/issues/641. Read in November 2026.
    systemFirst: true,
    userLast: true,
    reasoningBack: 'thinking',
    documents: 'document_url',
    fields: { seed: false },
  },
};

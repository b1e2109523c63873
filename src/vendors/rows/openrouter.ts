import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { BY_OBJECT } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

export const openrouter: Vendor = {
  name: 'openrouter',
  envKey: 'OPENROUTER_API_KEY',
  endpoints: [
    {
      url: 'https://openrouter.ai/api/v1',
      alsoAt: ['https://eu.openrouter.ai/api/v1'],
      protocols: CHAT_AND_RESPONSES,
    },
    { url: 'https://openrouter.ai/api/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: {
    systemFirst: true,
    thinking: BY_OBJECT,
    documents: 'url',
    fields: { top_k: true, min_p: true, verbosity: true },
  },
};

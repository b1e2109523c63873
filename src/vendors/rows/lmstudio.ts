import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { OPEN_MODELS } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const lmstudio: Vendor = {
  name: 'lmstudio',
  endpoints: [
    { url: 'http://localhost:1234/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'http://localhost:1234/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: OPEN_MODELS,
};

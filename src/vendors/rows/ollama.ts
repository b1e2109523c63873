import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const ollama: Vendor = {
  name: 'ollama',
  endpoints: [
    { url: 'http://localhost:11434/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'http://localhost:11434/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: TEMPLATES,
};

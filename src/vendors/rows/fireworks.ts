import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { OPEN_MODELS } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const fireworks: Vendor = {
  name: 'fireworks',
  envKey: 'FIREWORKS_API_KEY',
  endpoints: [
    { url: 'https://api.fireworks.ai/inference/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'https://api.fireworks.ai/inference/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: OPEN_MODELS,
};

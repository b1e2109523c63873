import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const minimax: Vendor = {
  name: 'minimax',
  envKey: 'MINIMAX_API_KEY',
  endpoints: [
    {
      url: 'https://api.minimax.io/v1',
      alsoAt: ['https://api.minimaxi.com/v1'],
      protocols: CHAT_AND_RESPONSES,
    },
    {
      url: 'https://api.minimax.io/anthropic/v1',
      alsoAt: ['https://api.minimaxi.com/anthropic/v1'],
      protocols: MESSAGES,
      credential: BEARER,
    },
  ],
  modelPrefixes: ['MiniMax-'],
  // It takes one system message, in front: https://github.com/MiniMax-AI/MiniMax-M2/issues/51, read in November 2026.
  quirks: { systemFirst: true },
};

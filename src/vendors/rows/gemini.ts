import { CHAT, GEMINI } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const gemini: Vendor = {
  name: 'gemini',
  traceName: 'gcp.gemini',
  envKey: 'GEMINI_API_KEY',
  endpoints: [
    { url: 'https://generativelanguage.googleapis.com/v1beta', protocols: GEMINI },
    { url: 'https://generativelanguage.googleapis.com/v1beta/openai', protocols: CHAT },
  ],
  modelPrefixes: ['gemini-', 'gemma-'],
};

import { CHAT, MESSAGES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const deepseek: Vendor = {
  name: 'deepseek',
  envKey: 'DEEPSEEK_API_KEY',
  endpoints: [
    { url: 'https://api.deepseek.com/v1', protocols: CHAT },
    { url: 'https://api.deepseek.com/anthropic/v1', protocols: MESSAGES },
  ],
  modelPrefixes: ['deepseek-'],
  quirks: { reasoningBack: 'reasoning_content', fields: { 'response_format.json_schema': false } },
};

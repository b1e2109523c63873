import { MESSAGES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const anthropic: Vendor = {
  name: 'anthropic',
  envKey: 'ANTHROPIC_API_KEY',
  endpoints: [{ url: 'https://api.anthropic.com/v1', protocols: MESSAGES }],
  modelPrefixes: ['claude-'],
};

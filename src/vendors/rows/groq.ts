import { CHAT_AND_RESPONSES } from '../dialects.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const groq: Vendor = {
  name: 'groq',
  envKey: 'GROQ_API_KEY',
  endpoints: [{ url: 'https://api.groq.com/openai/v1', protocols: CHAT_AND_RESPONSES }],
  quirks: TEMPLATES,
};

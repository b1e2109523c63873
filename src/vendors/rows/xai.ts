import { CHAT_AND_RESPONSES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const xai: Vendor = {
  name: 'xai',
  traceName: 'x_ai',
  statesCost: true,
  envKey: 'XAI_API_KEY',
  endpoints: [{ url: 'https://api.x.ai/v1', protocols: CHAT_AND_RESPONSES }],
  // Only Responses returns thoughts: https://docs.x.ai/docs/guides/reasoning.
  quirks: { translated: 'openai-responses', maxTokensField: 'max_completion_tokens' },
  modelPrefixes: ['grok-'],
};

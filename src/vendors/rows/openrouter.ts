import { BEARER } from '../dialects.ts';
import { BY_OBJECT } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

export const openrouter: Vendor = {
  name: 'openrouter',
  statesCost: true,
  envKey: 'OPENROUTER_API_KEY',
  endpoints: [
    {
      url: 'https://openrouter.ai/api/v1',
      alsoAt: ['https://eu.openrouter.ai/api/v1'],
      protocols: ['openai-chat', 'openai-responses', 'anthropic-messages'],
      credential: BEARER,
    },
  ],
  quirks: {
    systemFirst: true,
    thinking: BY_OBJECT,
    reasoningBack: 'reasoning',
    documents: 'url',
    mostStops: 4,
    fields: { top_k: true, min_p: true, verbosity: true, 'thinking.between_tools': false },
    models: [
      // Thoughts have the form that their makers use.
      [/claude/i, { translated: 'anthropic-messages', translatedAlways: true }],
      // Only sealed thoughts go back: OpenAI refuses the text of others.
      [/^~?openai\/(?!gpt-oss)/i, { translated: 'openai-responses', reasoningBack: undefined }],
    ],
  },
};

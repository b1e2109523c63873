import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { BY_THREE_EFFORTS } from '../thinking-controls.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

/** Versions differ. All of them accept what is sent here. */
export const ollama: Vendor = {
  name: 'ollama',
  endpoints: [
    { url: 'http://localhost:11434/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'http://localhost:11434/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: {
    ...TEMPLATES,
    translated: 'openai-chat',
    translatedAlways: true,
    // A model that can think does so, and most take no effort. A model that cannot think refuses any.
    thinking: { on: {}, off: { reasoning_effort: 'none' } },
    reasoningBack: 'reasoning',
    documents: 'none',
    images: 'data',
    fields: { tool_choice: false },
    models: [[/gpt-oss/i, { thinking: BY_THREE_EFFORTS }]],
  },
};

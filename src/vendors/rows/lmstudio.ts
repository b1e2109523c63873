import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { BY_THREE_EFFORTS, UNTOLD } from '../thinking-controls.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

export const lmstudio: Vendor = {
  name: 'lmstudio',
  endpoints: [
    { url: 'http://localhost:1234/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'http://localhost:1234/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: {
    ...TEMPLATES,
    translated: 'openai-chat',
    translatedAlways: true,
    thinking: UNTOLD,
    documents: 'none',
    images: 'data',
    fields: { top_k: true, 'response_format.json_object': false, 'tool_choice.function': false },
    models: [[/gpt-oss/i, { thinking: BY_THREE_EFFORTS }]],
  },
};

import type { JsonObject } from '../../lib/json.ts';
import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { BY_THREE_EFFORTS, byWords } from '../thinking-controls.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

const HIDE = { hide: { include_reasoning: false } };

/** Chat templates have one switch or another, and pass over those that they do not know. */
function switched(isOn: boolean): JsonObject {
  return { chat_template_kwargs: { enable_thinking: isOn, thinking: isOn } };
}

/** Mistral's own tokenizers hold to the rules of Mistral's API, and refuse whatever is for a template. */
const MISTRAL = { callIdLength: 9, noUserAfterTool: true } as const;

/** Versions differ; what is sent here all of them take. */
export const vllm: Vendor = {
  name: 'vllm',
  endpoints: [
    { url: 'http://localhost:8000/v1', protocols: CHAT_AND_RESPONSES },
    { url: 'http://localhost:8000/v1', protocols: MESSAGES, credential: BEARER },
  ],
  quirks: {
    ...TEMPLATES,
    translated: 'openai-chat',
    translatedAlways: true,
    thinking: { on: switched(true), off: switched(false), ...BY_THREE_EFFORTS, ...HIDE },
    reasoningBack: 'reasoning',
    documents: 'none',
    fields: { top_k: true, min_p: true },
    models: [
      [/gpt-oss/i, { thinking: { ...BY_THREE_EFFORTS, ...HIDE } }],
      // Always on, and no word of how much.
      [/magistral/i, { thinking: { on: {}, ...HIDE }, ...MISTRAL }],
      [
        /mistral|ministral|mixtral|devstral|codestral|pixtral|voxtral/i,
        { thinking: { ...byWords('none', 'high'), ...HIDE }, ...MISTRAL },
      ],
    ],
  },
};

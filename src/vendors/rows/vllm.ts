import type { JsonObject } from '../../lib/json.ts';
import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { BY_THREE_EFFORTS, byWords } from '../thinking-controls.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

const HIDE = { hide: { include_reasoning: false } };

/** Chat templates have different switches, and ignore those that they do not know. */
function switched(isOn: boolean): JsonObject {
  return { chat_template_kwargs: { enable_thinking: isOn, thinking: isOn } };
}

/** Mistral's own tokenizers follow the rules of Mistral's API, and refuse everything meant for a template. */
const MISTRAL = { callIdLength: 9, noUserAfterTool: true } as const;

/** Versions differ. All of them accept what is sent here. */
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
      // Always on; takes no effort.
      [/magistral/i, { thinking: { on: {}, ...HIDE }, ...MISTRAL }],
      [
        /mistral|ministral|mixtral|devstral|codestral|pixtral|voxtral/i,
        { thinking: { ...byWords('none', 'high'), ...HIDE }, ...MISTRAL },
      ],
    ],
  },
};

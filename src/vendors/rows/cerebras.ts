import { CHAT } from '../dialects.ts';
import { BY_THREE_EFFORTS, byWords, UNTOLD } from '../thinking-controls.ts';
import { since } from '../models/since.ts';
import { TEMPLATES } from '../open-models.ts';
import type { Vendor } from '../vendor.ts';

/** Thoughts come apart from the text, or not at all. */
const PARSED = { always: { reasoning_format: 'parsed' }, hide: { reasoning_format: 'hidden' } };

export const cerebras: Vendor = {
  name: 'cerebras',
  envKey: 'CEREBRAS_API_KEY',
  endpoints: [{ url: 'https://api.cerebras.ai/v1', protocols: CHAT }],
  quirks: {
    ...TEMPLATES,
    maxTokensField: 'max_completion_tokens',
    thinking: UNTOLD,
    reasoningBack: 'reasoning',
    documents: 'none',
    mostStops: 4,
    fields: { 'tools.strict': false },
    models: [
      [/gpt-oss/i, { thinking: { ...BY_THREE_EFFORTS, ...PARSED } }],
      [/glm-/i, { thinking: { on: {}, off: { reasoning_effort: 'none' }, ...PARSED } }],
      [since('qwen-?', '3.5'), { thinking: { ...byWords('none', 'low', 'medium', 'high'), ...PARSED } }],
    ],
  },
};

import { CHAT } from '../dialects.ts';
import { byWords, UNTOLD } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

/** Its schema is strict: unknown fields are a 422. */
export const mistral: Vendor = {
  name: 'mistral',
  traceName: 'mistral_ai',
  envKey: 'MISTRAL_API_KEY',
  endpoints: [{ url: 'https://api.mistral.ai/v1', protocols: CHAT }],
  modelPrefixes: [
    'mistral-',
    'open-mistral-',
    'ministral-',
    'magistral-',
    'codestral-',
    'devstral-',
    'pixtral-',
    'voxtral-',
  ],
  quirks: {
    thinking: byWords('none', 'high'),
    reasoningBack: 'thinking',
    callIdLength: 9,
    noUserAfterTool: true,
    // The order of roles: https://github.com/avante-corp/avante.nvim/pull/2695,
    // https://github.com/MODSetter/SurfSense/issues/287. The last role:
    // https://github.com/NEKOparapa/AiNiee/issues/641. Read in November 2026.
    systemFirst: true,
    userLast: true,
    documents: 'document_url',
    seedField: 'random_seed',
    mostStops: 4,
    ranges: { temperature: [0, 1.5] },
    fields: {
      'messages.reasoning_content': false,
      stream_options: false,
      user: false,
      logprobs: false,
      top_logprobs: false,
    },
    models: [
      // Always on; takes no effort.
      [/^magistral-/i, { thinking: { on: {} } }],
      [/^zai-glm-5-3/i, { thinking: byWords('low', 'high', 'max') }],
      // It is not documented which models these are today.
      [/^mistral-large-latest$|^ft:/i, { thinking: UNTOLD }],
    ],
  },
};

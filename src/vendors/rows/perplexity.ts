import { effortsBetween } from '../../core/effort.ts';
import { RESPONSES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const perplexity: Vendor = {
  name: 'perplexity',
  statesCost: true,
  envKey: 'PERPLEXITY_API_KEY',
  // Its chat completions ended in September 2026: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar
  endpoints: [{ url: 'https://api.perplexity.ai/v1', protocols: RESPONSES }],
  // Unknown fields are a 400: https://github.com/sst/opencode/issues/32108.
  quirks: {
    typedMessages: true,
    fields: {
      include: false,
      safety_identifier: false,
      store: false,
      'text.format': false,
      'text.verbosity': false,
      'reasoning.summary': false,
    },
    efforts: effortsBetween('minimal', 'max'),
    models: [[/^anthropic\//, { defaultMaxTokens: 32_000 }]],
  },
};

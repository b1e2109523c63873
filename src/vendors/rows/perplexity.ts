import { RESPONSES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

export const perplexity: Vendor = {
  name: 'perplexity',
  envKey: 'PERPLEXITY_API_KEY',
  // Its chat completions ended in September 2026: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar
  endpoints: [{ url: 'https://api.perplexity.ai/v1', protocols: RESPONSES }],
};

import type { Wire } from '../protocol.ts';
import { limitHeaders, readLimits } from './limits.ts';

/** Paths and headers of Anthropic's API. */
export const wire: Wire = {
  address: (operation) => ADDRESSES[operation],
  credential: { name: 'x-api-key', prefix: '' },
  headers: { 'anthropic-version': '2023-06-01' },
  headerPrefixes: ['anthropic-', 'x-stainless-', 'x-claude-code-'],
  alsoServes: [],
  requestIdHeader: 'request-id',
  readLimits,
  limitHeaders,
};

const ADDRESSES: Readonly<Partial<Record<string, string>>> = {
  generate: '/messages',
  count_tokens: '/messages/count_tokens',
};

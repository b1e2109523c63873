import { dialectOf } from '../../vendors/dialects.ts';
import type { Wire } from '../protocol.ts';
import { limitHeaders, readLimits } from './limits.ts';
import { NAME } from './name.ts';

/** Paths and headers of Anthropic's API. */
export const wire: Wire = {
  outputLimit: { names: ['max_tokens'] },
  address: (operation) => ADDRESSES[operation],
  credential: dialectOf(NAME).credential,
  headers: dialectOf(NAME).headers,
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

import type { Wire } from '../protocol.ts';
import { limitHeaders, readLimits } from './limits.ts';

/** Paths and headers of OpenAI's API. */
export const wire: Wire = {
  address: (operation) => ADDRESSES[operation],
  credential: { name: 'authorization', prefix: 'Bearer ' },
  headers: {},
  headerPrefixes: ['openai-', 'x-ratelimit-', 'x-stainless-'],
  alsoServes: [],
  requestIdHeader: 'x-request-id',
  readLimits,
  limitHeaders,
};

/** `native` endpoints keep the path that the client used. */
const ADDRESSES: Readonly<Partial<Record<string, string>>> = { generate: '/chat/completions', embed: '/embeddings' };

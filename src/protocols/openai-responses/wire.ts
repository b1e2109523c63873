import { limitHeaders, readLimits } from '../openai-chat/limits.ts';
import type { Wire } from '../protocol.ts';

/** Paths and headers of OpenAI's API. */
export const wire: Wire = {
  address: (operation) => ADDRESSES[operation],
  credential: { name: 'authorization', prefix: 'Bearer ' },
  headers: {},
  headerPrefixes: ['openai-', 'x-ratelimit-', 'x-stainless-', 'x-codex-'],
  alsoServes: ['openai-chat'],
  requestIdHeader: 'x-request-id',
  readLimits,
  limitHeaders,
};

/** `native` endpoints keep the path that the client used. */
const ADDRESSES: Readonly<Partial<Record<string, string>>> = {
  generate: '/responses',
  count_tokens: '/responses/input_tokens',
  embed: '/embeddings',
};

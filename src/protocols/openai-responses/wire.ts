import { CHAT, dialectOf } from '../../vendors/dialects.ts';
import { limitHeaders, readLimits } from '../openai/limits.ts';
import type { Wire } from '../protocol.ts';
import { NAME } from './name.ts';

/** Paths and headers of OpenAI's API. */
export const wire: Wire = {
  outputLimit: { names: ['max_output_tokens'] },
  address: (operation) => ADDRESSES[operation],
  credential: dialectOf(NAME).credential,
  headers: dialectOf(NAME).headers,
  headerPrefixes: ['openai-', 'x-ratelimit-', 'x-stainless-', 'x-codex-'],
  alsoServes: CHAT,
  requestIdHeader: 'x-request-id',
  readLimits,
  limitHeaders,
};

/** `native` endpoints keep the client's path. */
const ADDRESSES: Readonly<Partial<Record<string, string>>> = {
  generate: '/responses',
  count_tokens: '/responses/input_tokens',
  embed: '/embeddings',
};

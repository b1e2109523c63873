import type { Logprob } from '../../core/completion.ts';
import { asNumber, asObject, asString } from '../../lib/json.ts';

/** The probability of a token, without the alternatives. */
export type TokenProbability = Omit<Logprob, 'top'>;

/** Reads `{token, logprob, bytes}`; undefined if it is incomplete. */
export function decodeToken(value: unknown): TokenProbability | undefined {
  const fields = asObject(value);
  const [token, logprob] = [asString(fields?.['token']), asNumber(fields?.['logprob'])];
  if (token === undefined || logprob === undefined) return undefined;
  const bytes = fields?.['bytes'];
  return { token, logprob, ...(Array.isArray(bytes) ? { bytes: bytes as number[] } : {}) };
}

import type { Logprob } from '../../core/completion.ts';
import { asArray, asNumber, asObject, asString } from '../../lib/json.ts';

/** Reads `logprobs` of a text or of a piece of it. */
export function decodeLogprobs(value: unknown): Logprob[] {
  return asArray(value).flatMap((entry) => {
    const fields = asObject(entry);
    const one = oneFrom(fields);
    return one === undefined
      ? []
      : [{ ...one, top: asArray(fields?.['top_logprobs']).flatMap((top) => oneFrom(top) ?? []) }];
  });
}

/** Writes the same. The schema asks for every field. */
export function encodeLogprobs(logprobs: readonly Logprob[]): unknown[] {
  return logprobs.map((entry) => ({ ...oneOf(entry), top_logprobs: (entry.top ?? []).map(oneOf) }));
}

function oneFrom(value: unknown): Logprob | undefined {
  const fields = asObject(value);
  const token = asString(fields?.['token']);
  const logprob = asNumber(fields?.['logprob']);
  if (token === undefined || logprob === undefined) return undefined;
  const bytes = fields?.['bytes'];
  return { token, logprob, ...(Array.isArray(bytes) ? { bytes: bytes as number[] } : {}) };
}

function oneOf({ token, logprob, bytes }: Omit<Logprob, 'top'>): object {
  return { token, logprob, bytes: bytes ?? [...Buffer.from(token)] };
}

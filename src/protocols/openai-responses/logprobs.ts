import { decodeToken, type TokenProbability } from '../openai/logprob-token.ts';
import type { Logprob } from '../../core/completion.ts';
import { asArray, asObject } from '../../lib/json.ts';

/** Reads the `logprobs` of a text or a piece of it. */
export function decodeLogprobs(value: unknown): Logprob[] {
  return asArray(value).flatMap((entry) => {
    const fields = asObject(entry);
    const one = decodeToken(fields);
    return one === undefined
      ? []
      : [{ ...one, top: asArray(fields?.['top_logprobs']).flatMap((top) => decodeToken(top) ?? []) }];
  });
}

/** Writes `logprobs`. The schema requires every field. */
export function encodeLogprobs(logprobs: readonly Logprob[]): unknown[] {
  return logprobs.map((entry) => ({ ...encodeToken(entry), top_logprobs: (entry.top ?? []).map(encodeToken) }));
}

function encodeToken({ token, logprob, bytes }: TokenProbability): object {
  return { token, logprob, bytes: bytes ?? [...Buffer.from(token)] };
}

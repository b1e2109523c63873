import type { Logprob } from '../../core/completion.ts';
import { asArray, asNumber, asObject, asString, type JsonObject } from '../../lib/json.ts';

/** Reads `logprobs: {content: [{token, logprob, bytes, top_logprobs}]}` of a choice; undefined if it tells none. */
export function decodeLogprobs(value: unknown): Logprob[] | undefined {
  const tokens = asArray(asObject(value)?.['content']).flatMap((token) => decodeToken(asObject(token)));
  return tokens.length === 0 ? undefined : tokens;
}

/** Writes the same. */
export function encodeLogprobs(logprobs: readonly Logprob[]): JsonObject {
  return {
    content: logprobs.map(({ top, ...token }) => ({
      ...encodeToken(token),
      top_logprobs: (top ?? []).map(encodeToken),
    })),
    refusal: null,
  };
}

function decodeToken(value: JsonObject | undefined): Logprob[] {
  const [token, logprob] = [asString(value?.['token']), asNumber(value?.['logprob'])];
  if (token === undefined || logprob === undefined) return [];
  const bytes = value?.['bytes'];
  const top = value?.['top_logprobs'];
  return [
    {
      token,
      logprob,
      ...(Array.isArray(bytes) ? { bytes: bytes as number[] } : {}),
      ...(Array.isArray(top) ? { top: top.flatMap((each) => decodeToken(asObject(each))) } : {}),
    },
  ];
}

function encodeToken({ token, logprob, bytes }: Omit<Logprob, 'top'>): JsonObject {
  return { token, logprob, bytes: bytes ?? null };
}

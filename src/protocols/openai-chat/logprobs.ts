import { decodeToken, type TokenProbability } from '../openai/logprob-token.ts';
import type { Logprob } from '../../core/completion.ts';
import { asArray, asObject, type JsonObject } from '../../lib/json.ts';

/** Reads `logprobs: {content: [{token, logprob, bytes, top_logprobs}]}` of a choice; undefined if there are none. */
export function decodeLogprobs(value: unknown): Logprob[] | undefined {
  const tokens = asArray(asObject(value)?.['content']).flatMap(entryFrom);
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

function entryFrom(value: unknown): Logprob[] {
  const token = decodeToken(value);
  if (token === undefined) return [];
  const top = asObject(value)?.['top_logprobs'];
  return [Array.isArray(top) ? { ...token, top: top.flatMap((each) => entryFrom(each)) } : token];
}

function encodeToken({ token, logprob, bytes }: TokenProbability): JsonObject {
  return { token, logprob, bytes: bytes ?? null };
}

import type { Logprob } from '../../core/completion.ts';
import { asArray, asNumber, asObject, asString, type JsonObject } from '../../lib/json.ts';

/** Reads a candidate's `logprobsResult`: the tokens of the text, and the most likely ones at each step. */
export function decodeLogprobs(value: unknown): Logprob[] {
  const result = asObject(value);
  const top = asArray(result?.['topCandidates']);
  return asArray(result?.['chosenCandidates']).flatMap((chosen, at) => {
    const token = tokenFrom(chosen);
    if (token === undefined) return [];
    const others = asArray(asObject(top[at])?.['candidates']).flatMap((candidate) => tokenFrom(candidate) ?? []);
    return [others.length === 0 ? token : { ...token, top: others }];
  });
}

/** Writes the same. */
export function encodeLogprobs(logprobs: readonly Logprob[]): JsonObject {
  const hasTop = logprobs.some(({ top }) => top !== undefined);
  return {
    chosenCandidates: logprobs.map((logprob) => candidateOf(logprob)),
    ...(hasTop
      ? { topCandidates: logprobs.map(({ top }) => ({ candidates: (top ?? []).map((each) => candidateOf(each)) })) }
      : {}),
  };
}

function tokenFrom(value: unknown): Logprob | undefined {
  const candidate = asObject(value);
  const token = asString(candidate?.['token']);
  // Protobuf's JSON leaves out zeros, and the logarithm of certainty is 0.
  return token === undefined ? undefined : { token, logprob: asNumber(candidate?.['logProbability']) ?? 0 };
}

function candidateOf({ token, logprob }: Logprob): JsonObject {
  return { token, logProbability: logprob };
}

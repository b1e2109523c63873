// Which streams are cut where, for both ends of the scenario `cuts`.

/** The key of the backend that is tried first, and that cuts. */
export const CUT_BACKEND_KEY = 'sk-bench-cuts';
/** How many of its streams it cuts. */
export const CUT_SHARE = 0.2;

/** A chat's answer, an agent's remark before its tool call, and a tool call at once. */
export const KINDS = {
  text: { words: 40, pieces: 0 },
  remark: { words: 10, pieces: 30 },
  call: { words: 0, pieces: 40 },
} as const;
export type Kind = keyof typeof KINDS;

/** The kind of the answer to a request. */
export function kindOf(request: string): Kind {
  const kinds = Object.keys(KINDS) as Kind[];
  return kinds[Math.floor(fraction(`kind ${request}`) * kinds.length)] ?? 'text';
}

/** After how many events its stream is cut, be it after the first or before the finish; undefined: it is not. */
export function cutOf(request: string): number | undefined {
  if (fraction(`cut ${request}`) >= CUT_SHARE) return undefined;
  const { words, pieces } = KINDS[kindOf(request)];
  return 1 + Math.floor(fraction(`where ${request}`) * (words + pieces));
}

/** From 0 to below 1, the same for the same seed. */
function fraction(seed: string): number {
  return Number(Bun.hash.xxHash64(seed) % 1_000_003n) / 1_000_003;
}

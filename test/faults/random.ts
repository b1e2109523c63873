/** Numbers and choices that repeat themselves for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(of: readonly [T, ...T[]]): T;
}

/** The choices for one thing of a campaign, a plan or a reload, by the campaign's seed and the thing's number alone. */
export function randomOf(seed: number, n: number): Random {
  const next = mulberry32(Math.imul(seed, 2_654_435_761) ^ Math.imul(n, 40_503));
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (of) => of[between(0, of.length - 1)] ?? of[0],
  };
}

/** Tommy Ettinger's mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

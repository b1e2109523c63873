import type { Mask } from './row-of.ts';

/** Names of models, clients and the like: the same few stand in nearly all rows. */
const MOST_NAMES = 1000;
const MOST_CHARS = 200;

const KNOWN = new WeakMap<Mask, Mask>();

/** Masks as `mask` does, and remembers what became of a text: to look for secrets in it takes longer. */
export function nameMaskOf(mask: Mask): Mask {
  const known = KNOWN.get(mask);
  if (known !== undefined) return known;
  const masked = new Map<string, string>();
  const nameMask: Mask = (text) => {
    const before = masked.get(text);
    if (before !== undefined) return before;
    const result = mask(text);
    if (text.length > MOST_CHARS) return result;
    if (masked.size >= MOST_NAMES) masked.clear();
    masked.set(text, result);
    return result;
  };
  KNOWN.set(mask, nameMask);
  return nameMask;
}

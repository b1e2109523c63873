import { distance } from 'fastest-levenshtein';

/**
 * The candidates that `name` may be a misspelling of, nearest first, at most `limit`: those that differ, or of which the
 * first words differ, in no more than a third of the name, case apart. Names of one or two letters are a typing error away
 * from too many others. Long names are not compared, so that a client cannot make the gateway work.
 */
export function nearest(name: string, candidates: Iterable<string>, limit = 3): string[] {
  if (name.length < MIN_LENGTH || name.length > MAX_LENGTH) return [];
  const wanted = name.toLowerCase();
  const allowed = Math.max(1, Math.floor(name.length / 3));
  const found: { candidate: string; edits: number }[] = [];
  for (const candidate of candidates) {
    if (candidate === name || candidate.length > MAX_LENGTH) continue;
    const edits = editsTo(wanted, candidate.toLowerCase(), allowed);
    if (edits !== undefined) found.push({ candidate, edits });
  }
  // Whole names are likelier than beginnings.
  const whole = found.filter(({ edits }) => edits <= allowed);
  return (whole.length > 0 ? whole : found)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, limit)
    .map((entry) => entry.candidate);
}

const MIN_LENGTH = 3;
const MAX_LENGTH = 128;
/** Fewer letters than these begin too many words. */
const MIN_BEGINNING = 3;

/** How far they are from each other; undefined if by more typing errors than are `allowed`. A candidate whose last words were left off stands behind others. */
function editsTo(wanted: string, candidate: string, allowed: number): number | undefined {
  const whole = typos(wanted, candidate);
  if (whole <= allowed) return whole;
  for (const { index } of candidate.matchAll(/[_\-/.:]/g)) {
    const beginning = index < MIN_BEGINNING ? Infinity : typos(wanted, candidate.slice(0, index));
    if (beginning <= allowed) return beginning + allowed + 1;
  }
  return undefined;
}

/** Edits, two letters in each other's place counted as one. */
function typos(one: string, other: string): number {
  return isSwapped(one, other) ? 1 : distance(one, other);
}

function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length || one === other) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return one[at] === other[at + 1] && one[at + 1] === other[at] && one.slice(at + 2) === other.slice(at + 2);
}

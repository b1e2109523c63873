import { distance } from 'fastest-levenshtein';

/**
 * The candidates that `name` may be a misspelling of, nearest first, at most `limit`: those that differ in no more than
 * a third of the name, case apart. Long names are not compared, so that a client cannot make the gateway work.
 */
export function nearest(name: string, candidates: Iterable<string>, limit = 3): string[] {
  if (name.length > MAX_LENGTH) return [];
  const wanted = name.toLowerCase();
  const allowed = Math.max(1, Math.floor(name.length / 3));
  const found: { candidate: string; edits: number }[] = [];
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > allowed) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits <= allowed) found.push({ candidate, edits });
  }
  return found
    .sort((a, b) => a.edits - b.edits)
    .slice(0, limit)
    .map((entry) => entry.candidate);
}

const MAX_LENGTH = 128;

/** One line of a comparison: in both, or in one alone. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Beyond this many cells a comparison would take too long; what differs is then shown as a whole. */
const MOST_CELLS = 4_000_000;

/** Compares two texts line by line, with as few changes as there can be. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [one, other] = [before.split('\n'), after.split('\n')];
  let from = 0;
  while (from < one.length && from < other.length && one[from] === other[from]) from++;
  let end = 0;
  while (end < one.length - from && end < other.length - from && one.at(-1 - end) === other.at(-1 - end)) end++;
  return [
    ...lines('same', one.slice(0, from)),
    ...changes(one.slice(from, one.length - end), other.slice(from, other.length - end)),
    ...lines('same', one.slice(one.length - end)),
  ];
}

function lines(kind: DiffLine['kind'], texts: readonly string[]): DiffLine[] {
  return texts.map((text) => ({ kind, text }));
}

/** By the longest common subsequence: `lengths[i][j]` is that of what follows line i of one and line j of the other. */
function changes(one: readonly string[], other: readonly string[]): DiffLine[] {
  const width = other.length + 1;
  if ((one.length + 1) * width > MOST_CELLS) return [...lines('removed', one), ...lines('added', other)];
  const lengths = new Uint32Array((one.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = other.length - 1; j >= 0; j--)
      lengths[i * width + j] = one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    const [left, right] = [one[i], other[j]];
    if (left !== undefined && left === right) {
      found.push({ kind: 'same', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      found.push({ kind: 'removed', text: left });
      i++;
    } else {
      found.push({ kind: 'added', text: right ?? '' });
      j++;
    }
  }
  return found;
}

// Taking values out of JSON text in place, with what separated them from their neighbours. See json-span.ts.
import type { Edit, Span } from './json-span.ts';

/** The edits that take the elements at the indexes `gone` out of an array, each run of them with one comma. */
export function elementRemovals(elements: readonly Span[], gone: ReadonlySet<number>): Edit[] {
  const edits: Edit[] = [];
  for (let from = 0; from < elements.length; from++) {
    if (!gone.has(from)) continue;
    let to = from;
    while (gone.has(to + 1)) to++;
    const start = from === 0 ? elements[from]?.start : elements[from - 1]?.end;
    const end = from === 0 ? (elements[to + 1]?.start ?? elements[to]?.end) : elements[to]?.end;
    if (start !== undefined && end !== undefined) edits.push({ start, end, text: '' });
    from = to;
  }
  return edits;
}

/** The edit that takes the member whose value is at `value` out of its object, with its key and one comma. */
export function memberRemoval(text: string, value: Span): Edit {
  const key = text.lastIndexOf('"', text.lastIndexOf('"', value.start - 1) - 1);
  const after = skipSpace(text, value.end, 1);
  if (text[after] === ',') return { start: key, end: skipSpace(text, after + 1, 1), text: '' };
  const before = skipSpace(text, key - 1, -1);
  return { start: text[before] === ',' ? before : key, end: value.end, text: '' };
}

function skipSpace(text: string, from: number, step: 1 | -1): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += step;
  return at;
}

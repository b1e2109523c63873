// Taking values out of JSON text in place, with what separated them from their neighbours. See json-span.ts.
import { allMembers, isNamed, type Edit, type Span } from './json-span.ts';

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

/** The edits that take all members of these names out of the object that begins at or after `from`, whatever their number. */
export function memberRemovals(text: string, names: readonly string[], from = 0): Edit[] {
  const members = allMembers(text, from);
  const isGone = (member: Span): boolean => names.some((name) => isNamed(text, member, name));
  const edits: Edit[] = [];
  for (let at = 0; at < members.length; at++) {
    const first = members[at];
    if (first === undefined || !isGone(first)) continue;
    const before = members[at - 1];
    let last = first;
    for (let next = members[at + 1]; next !== undefined && isGone(next); next = members[at + 1]) {
      last = next;
      at++;
    }
    const behind = members[at + 1];
    if (behind !== undefined) edits.push({ start: first.start, end: behind.start, text: '' });
    else edits.push({ start: before?.end ?? first.start, end: last.end, text: '' });
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

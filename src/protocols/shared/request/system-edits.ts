import type { SystemTexts } from '../../../core/injection.ts';
import type { Edit, Span } from '../../../lib/json-span.ts';

// Edits that add a system prompt to a request's own text. The prompts are already escaped for JSON strings.

/** Inserts `text` at a place. */
export function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

/** Adds a prompt to the string at `span`. */
export function joinToString({ start, end }: Span, { before, after, alone }: SystemTexts): Edit[] {
  const [from, to] = [start + 1, end - 1];
  return from === to ? [insertion(from, alone)] : [insertion(from, before), insertion(to, after)];
}

/** Adds a prompt to the array at `span`, as elements that `part` writes. */
export function joinToList(
  { start, end }: Span,
  isEmpty: boolean,
  { before, after, alone }: SystemTexts,
  part: (text: string) => string,
): Edit[] {
  if (isEmpty) return [insertion(start + 1, part(alone))];
  return [
    insertion(start + 1, before === '' ? '' : `${part(before)},`),
    insertion(end - 1, after === '' ? '' : `,${part(after)}`),
  ];
}

/** Inserts a first member into the object that begins at `start`. */
export function firstMember(text: string, start: number, member: string): Edit {
  CLOSES.lastIndex = start + 1;
  return insertion(start + 1, CLOSES.test(text) ? member : `${member},`);
}

/** Matches the end of an empty object. */
const CLOSES = /\s*\}/y;

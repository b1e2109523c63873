import { asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { applyEdits, memberSpans, type Edit } from '../../lib/json-span.ts';
import { idOf } from './response-id.ts';

/** What is known by ids of its own and told as an answer: a response, and that one has been deleted. */
const RESPONSES = new Set<unknown>(['response', 'response.deleted']);

/**
 * The text of a plain response, or of an event that holds one, with the ids of what is kept as a whole as `seal` tells
 * them: the response's own, that of the one before, and the conversation's. All other bytes stay.
 */
export function sealIds(text: string, body: unknown, seal: (id: string) => string): string {
  const holder = asObject(body);
  if (holder === undefined) return text;
  const inEvent = asObject(holder['response']);
  const response = inEvent ?? (RESPONSES.has(holder['object']) ? holder : undefined);
  if (response === undefined) return text;
  // Where a key is written twice, the last is the one that was parsed.
  const from = inEvent === undefined ? 0 : memberSpans(text, 'response').at(-1)?.start;
  const edits = ID_FIELDS.flatMap((field) => editsOf(text, response, field, { from: from ?? 0, seal }));
  return edits.length === 0
    ? text
    : applyEdits(
        text,
        edits.toSorted((a, b) => a.start - b.start),
      );
}

const ID_FIELDS = ['id', 'previous_response_id', 'conversation'] as const;

function editsOf(
  text: string,
  response: JsonObject,
  field: (typeof ID_FIELDS)[number],
  { from, seal }: { readonly from: number; readonly seal: (id: string) => string },
): Edit[] {
  const value = response[field];
  const id = field === 'conversation' ? idOf(value) : asWord(value);
  if (id === undefined) return [];
  const told = JSON.stringify(typeof value === 'string' ? seal(id) : { ...asObject(value), id: seal(id) });
  return memberSpans(text, field, from).map((span) => ({ ...span, text: told }));
}

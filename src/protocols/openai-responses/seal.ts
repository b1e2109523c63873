import { asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { applyEdits, memberSpans, type Edit } from '../../lib/json-span.ts';
import { idOf } from './response-id.ts';

/** Answers with ids of their own: a response, and the deletion of one. */
const RESPONSES = new Set<unknown>(['response', 'response.deleted']);

/**
 * Replaces in a plain response, or an event with one, the ids of kept objects by what `seal` returns: those of the
 * response, of the previous one, and of the conversation. All other bytes stay.
 */
export function sealIds(text: string, body: unknown, seal: (id: string) => string): string {
  const holder = asObject(body);
  if (holder === undefined) return text;
  const inEvent = asObject(holder['response']);
  const response = inEvent ?? (RESPONSES.has(holder['object']) ? holder : undefined);
  if (response === undefined) return text;
  // If a key is written twice, the last one was parsed.
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

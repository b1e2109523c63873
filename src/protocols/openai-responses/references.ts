import { asArray, asObject, asWord } from '../../lib/json.ts';
import { applyEdits, elementSpans, memberSpans, type Edit } from '../../lib/json-span.ts';
import { isReference } from './response-id.ts';

/** `text` with the items in the place of references to them, as far as `find` knows their JSON. All other bytes stay. */
export function expandReferences(
  text: string,
  body: Readonly<Record<string, unknown>>,
  find: (id: string) => string | undefined,
): string {
  const items = asArray(body['input']);
  const [input] = memberSpans(text, 'input');
  if (input === undefined) return text;
  const spans = elementSpans(text, input.start);
  const edits = items.flatMap((item, index): Edit[] => {
    const fields = asObject(item);
    const span = spans[index];
    if (fields === undefined || span === undefined || !isReference(fields)) return [];
    const found = find(asWord(fields['id']) ?? '');
    return found === undefined ? [] : [{ ...span, text: found }];
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

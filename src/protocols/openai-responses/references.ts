import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { memberRemoval } from '../../lib/json-removal.ts';
import { applyEdits, elementSpans, memberSpans, type Edit } from '../../lib/json-span.ts';
import type { ReferenceStore } from '../protocol.ts';
import { refuseDuplicateFields } from '../shared/request/duplicate-fields.ts';
import { idOf, isReference } from './response-id.ts';

/** State that is kept as a whole: an earlier response, or a conversation. */
const STATE_FIELDS = ['previous_response_id', 'conversation'] as const;
const FIELDS: readonly string[] = [...STATE_FIELDS, 'input', 'tools'];

/**
 * Replaces references in `text` by the items that `store` has, and other ids by those that the provider knows. All
 * other bytes stay. `body` is `text`, parsed.
 */
export function resolveReferences(text: string, body: JsonObject, store: ReferenceStore): string {
  if (store.isOwn !== undefined) refuseDuplicateFields(body, FIELDS, { text, from: 0, place: '' });
  checkContainers(text, body, store);
  const edits = [...stateEdits(text, body, store), ...itemEdits(text, body, store)];
  return edits.length === 0
    ? text
    : applyEdits(
        text,
        edits.toSorted((a, b) => a.start - b.start),
      );
}

function stateEdits(text: string, body: JsonObject, store: ReferenceStore): Edit[] {
  return STATE_FIELDS.flatMap((field) => {
    const value = body[field];
    const id = idOf(value);
    if (id === undefined) return [];
    const known = store.refer(id, field);
    if (known === id) return [];
    const told = JSON.stringify(typeof value === 'string' ? known : { id: known });
    return memberSpans(text, field).map((span) => ({ ...span, text: told }));
  });
}

function itemEdits(text: string, body: JsonObject, store: ReferenceStore): Edit[] {
  const items = asArray(body['input']);
  // The last one was parsed.
  const input = memberSpans(text, 'input').at(-1);
  if (input === undefined || items.length === 0) return [];
  const spans = elementSpans(text, input.start);
  return items.flatMap((item, index): Edit[] => {
    const fields = asObject(item);
    const span = spans[index];
    if (fields === undefined || span === undefined) return [];
    const at = { text, from: span.start, place: `input[${index}]` };
    if (store.isOwn !== undefined) refuseDuplicateFields(fields, ['type', 'id'], at);
    const id = asWord(fields['id']);
    if (id === undefined) return [];
    if (isReference(fields)) {
      const found = store.item(id);
      if (found !== undefined) return [{ ...span, text: found }];
      store.refer(id, 'input');
      return [];
    }
    if (store.isOwn === undefined || store.isOwn(id)) return [];
    // A provider might look up this id. An item with nothing else is a reference; others do not need the id.
    if (isBare(fields)) store.refer(id, 'input');
    return memberSpans(text, 'id', span.start).map((value) => memberRemoval(text, value));
  });
}

function isBare(item: JsonObject): boolean {
  return Object.keys(item).every((key) => key === 'type' || key === 'id' || key === 'status');
}

/** Files of the model's code are kept in a container. Tools of a later request may continue in it. */
function checkContainers(text: string, body: JsonObject, { isOwn, refer }: ReferenceStore): void {
  const tools = asArray(body['tools']);
  if (isOwn === undefined || tools.length === 0) return;
  const spans = elementSpans(text, memberSpans(text, 'tools')[0]?.start ?? 0);
  for (const [index, tool] of tools.entries()) {
    const fields = asObject(tool);
    if (fields === undefined) continue;
    const at = { text, from: spans[index]?.start ?? 0, place: `tools[${index}]` };
    refuseDuplicateFields(fields, ['container', 'environment'], at);
    const environment = asObject(fields['environment']);
    const from = memberSpans(text, 'environment', at.from)[0]?.start ?? 0;
    if (environment !== undefined) refuseDuplicateFields(environment, ['container_id'], { ...at, from });
    const id = asWord(fields['container']) ?? asWord(environment?.['container_id']);
    if (id !== undefined) refer(id, at.place);
  }
}

import { elementRemovals } from '../../lib/json-removal.ts';
import { isReadableBy, MARK, unmarkSignature } from '../../core/signature.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import type { Quirks } from '../../core/route.ts';
import { claudeTraits } from '../../vendors/models/claude.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { NAME } from './name.ts';

/** Which member of a thinking block holds its signature. */
const SIGNATURE_FIELDS: ReadonlyMap<string, string> = new Map([
  ['thinking', 'signature'],
  ['redacted_thinking', 'data'],
]);

/**
 * Removes from `text` the thinking blocks whose signature the gateway gave to the client for another model. A signature
 * of `model` itself is restored. If the model does not check signatures and wants thoughts back, their text stays. A
 * message that would become empty is removed, too.
 */
export function removeForeignSignatures(
  text: string,
  body: Record<string, unknown>,
  model: string,
  { reasoningBack }: Quirks = {},
): string {
  if (!text.includes(MARK)) return text;
  const to = { model, takesUnsigned: reasoningBack !== undefined && !claudeTraits(model).signs };
  const [span] = memberSpans(text, 'messages').slice(-1);
  if (span === undefined) return text;
  const messages = asArray(body['messages']);
  const elements = elementSpans(text, span.start);
  const edits: Edit[] = [];
  const gone = new Set<number>();
  for (const [index, element] of elements.entries()) {
    const found = messageEdits(text, element, asObject(messages[index]) ?? {}, to);
    if (found === 'nothing left') gone.add(index);
    else for (const edit of found) edits.push(edit);
  }
  return applyEdits(
    text,
    [...edits, ...elementRemovals(elements, gone)].sort((a, b) => a.start - b.start),
  );
}

/** The model that will read the request. */
interface Reader {
  readonly model: string;
  readonly takesUnsigned: boolean;
}

function messageEdits(text: string, message: Span, { content }: JsonObject, to: Reader): Edit[] | 'nothing left' {
  const [span] = memberSpans(text, 'content', message.start).slice(-1);
  if (span === undefined || !Array.isArray(content)) return [];
  const elements = elementSpans(text, span.start);
  const edits: Edit[] = [];
  const gone = new Set<number>();
  for (const [index, element] of elements.entries()) {
    const verdict = judge(asObject(content[index]) ?? {}, to);
    if (verdict === 'foreign') gone.add(index);
    if (verdict === undefined || verdict === 'foreign') continue;
    for (const value of memberSpans(text, verdict.field, element.start)) {
      edits.push({ ...value, text: JSON.stringify(verdict.value) });
    }
  }
  return gone.size > 0 && gone.size === elements.length
    ? 'nothing left'
    : [...edits, ...elementRemovals(elements, gone)];
}

/** What happens to a block: nothing, its removal, or its original signature in place of the marked one. */
function judge(
  block: JsonObject,
  { model, takesUnsigned }: Reader,
): { field: string; value: string } | 'foreign' | undefined {
  const field = SIGNATURE_FIELDS.get(asString(block['type']) ?? '');
  const marked = field === undefined ? undefined : unmarkSignature(asString(block[field]) ?? '');
  if (field === undefined || marked === undefined) return undefined;
  if (isReadableBy(marked.signature, NAME, model)) return { field, value: marked.signature.value };
  return takesUnsigned && field === 'signature' && asString(block['thinking']) ? { field, value: '' } : 'foreign';
}

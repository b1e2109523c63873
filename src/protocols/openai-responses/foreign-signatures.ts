import { elementRemovals } from '../../lib/json-removal.ts';
import { isReadableBy, MARK, unmarkSignature } from '../../core/signature.ts';
import { asArray, asObject } from '../../lib/json.ts';
import type { Quirks } from '../../core/route.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { NAME } from './name.ts';

/**
 * Removes from `text` the reasoning items that the gateway gave to a client for another model than `model`. Items of
 * this model get their original encrypted content back. Unsigned thoughts stay if the backend wants them.
 */
export function removeForeignSignatures(
  text: string,
  body: Record<string, unknown>,
  model: string,
  { reasoningBack }: Quirks = {},
): string {
  const keepsWords = reasoningBack !== undefined;
  if (!text.includes(MARK) && (keepsWords || !asArray(body['input']).some(isUnsealed))) return text;
  const to = { model, keepsWords };
  const spans = memberSpans(text, 'input');
  const edits = spans.flatMap((span) => {
    const input: unknown = spans.length === 1 ? body['input'] : JSON.parse(text.slice(span.start, span.end));
    return editsOf(text, span, asArray(input), to);
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

/** The model that will read the request. */
interface Reader {
  readonly model: string;
  readonly keepsWords: boolean;
}

function editsOf(text: string, input: Span, items: readonly unknown[], to: Reader): Edit[] {
  const verdicts = items.map((item) => verdictOn(item, to));
  if (verdicts.every((verdict) => verdict === undefined)) return [];
  const spans = elementSpans(text, input.start);
  const kept = spans.flatMap((span, index) => {
    const verdict = verdicts[index];
    return verdict?.keep === true ? restored(text, span, verdict.value) : [];
  });
  const gone = new Set(verdicts.flatMap((verdict, index) => (verdict?.keep === false ? [index] : [])));
  return [...kept, ...elementRemovals(spans, gone)].toSorted((a, b) => a.start - b.start);
}

/** What happens to an item; undefined: nothing. */
function verdictOn(item: unknown, { model, keepsWords }: Reader): Verdict | undefined {
  const fields = asObject(item);
  const encrypted = fields?.['type'] === 'reasoning' ? fields['encrypted_content'] : undefined;
  const marked = typeof encrypted === 'string' ? unmarkSignature(encrypted) : undefined;
  if (marked === undefined) return !keepsWords && isUnsealed(item) ? { keep: false, value: '' } : undefined;
  return { keep: isReadableBy(marked.signature, NAME, model), value: marked.signature.value };
}

/** Whether the gateway made this item and it holds text only. A provider would look up its id. */
function isUnsealed(item: unknown): boolean {
  const fields = asObject(item);
  if (fields?.['type'] !== 'reasoning' || (fields['encrypted_content'] ?? undefined) !== undefined) return false;
  const id = fields['id'];
  return typeof id === 'string' && id.length === OWN_ID_CHARACTERS && OWN_ID.test(id);
}

/** The form in which `itemIds` makes them. No provider's ids have this length. */
const OWN_ID = /^rs_[\da-f]{36}$/;
const OWN_ID_CHARACTERS = 39;

interface Verdict {
  readonly keep: boolean;
  readonly value: string;
}

function restored(text: string, item: Span, value: string): Edit[] {
  return memberSpans(text, 'encrypted_content', item.start).map((span) => ({ ...span, text: JSON.stringify(value) }));
}

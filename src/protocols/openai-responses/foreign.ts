import { elementRemovals } from '../../lib/json-removal.ts';
import { isReadableBy, MARK, unmarkSignature } from '../../core/signature.ts';
import { asArray, asObject } from '../../lib/json.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { NAME } from './name.ts';

/**
 * `text` without the reasoning items that the gateway gave to a client for another model than `model`. One of the
 * model's own gets its encrypted content back as it was.
 */
export function removeForeign(text: string, body: Record<string, unknown>, model: string): string {
  if (!text.includes(MARK)) return text;
  const spans = memberSpans(text, 'input');
  const edits = spans.flatMap((span) => {
    const input: unknown = spans.length === 1 ? body['input'] : JSON.parse(text.slice(span.start, span.end));
    return editsOf(text, span, asArray(input), model);
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

function editsOf(text: string, input: Span, items: readonly unknown[], model: string): Edit[] {
  const verdicts = items.map((item) => verdictOn(item, model));
  if (verdicts.every((verdict) => verdict === undefined)) return [];
  const spans = elementSpans(text, input.start);
  const kept = spans.flatMap((span, index) => {
    const verdict = verdicts[index];
    return verdict?.keep === true ? restored(text, span, verdict.value) : [];
  });
  const gone = new Set(verdicts.flatMap((verdict, index) => (verdict?.keep === false ? [index] : [])));
  return [...kept, ...elementRemovals(spans, gone)].toSorted((a, b) => a.start - b.start);
}

/** What is to become of an item; undefined: nothing. */
function verdictOn(item: unknown, model: string): Verdict | undefined {
  const fields = asObject(item);
  const encrypted = fields?.['type'] === 'reasoning' ? fields['encrypted_content'] : undefined;
  const marked = typeof encrypted === 'string' ? unmarkSignature(encrypted) : undefined;
  if (marked === undefined) return undefined;
  return { keep: isReadableBy(marked.signature, NAME, model), value: marked.signature.value };
}

interface Verdict {
  readonly keep: boolean;
  readonly value: string;
}

function restored(text: string, item: Span, value: string): Edit[] {
  return memberSpans(text, 'encrypted_content', item.start).map((span) => ({ ...span, text: JSON.stringify(value) }));
}

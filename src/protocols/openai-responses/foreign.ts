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
  const edits: Edit[] = [];
  for (const [index, span] of spans.entries()) {
    const verdict = verdicts[index];
    if (verdict === undefined) continue;
    if (verdict.keep) {
      edits.push(...restored(text, span, verdict.value));
      continue;
    }
    const isRun = verdicts[index - 1]?.keep === false;
    const previous = edits.at(-1);
    const next = spans[index + 1];
    // Of a run of them that ends the list, the comma before it goes; of any other, the one behind.
    const end = next?.start ?? span.end;
    const start = isRun && previous !== undefined ? previous.start : span.start;
    if (isRun) edits.pop();
    edits.push({ start, end, text: '' });
  }
  return withoutLastComma(spans, verdicts, edits);
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

/** Where the last element goes, the comma behind the last that stays has to go with it. */
function withoutLastComma(
  spans: readonly Span[],
  verdicts: readonly (Verdict | undefined)[],
  edits: readonly Edit[],
): Edit[] {
  const last = edits.at(-1);
  if (last === undefined || verdicts.at(-1)?.keep !== false) return [...edits];
  const stays = spans.findLast(({ end }) => end <= last.start);
  return [...edits.slice(0, -1), { ...last, start: stays?.end ?? last.start }];
}

import { elementRemovals, memberRemoval } from '../../lib/json-removal.ts';
import { isReadableBy, MARK, unmarkSignature } from '../../core/signature.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import { fieldsOf } from './camel-case.ts';
import { requestSpans } from './request-spans.ts';
import { NAME } from './name.ts';
import { SKIP } from './signatures.ts';

const SIGNATURES = ['thoughtSignature', 'thought_signature'];

/**
 * Removes from `text` the signatures that the gateway gave to a client for another model than `model`. A thought or an
 * empty text without any other content is removed with its signature. A call gets the documented placeholder if the
 * model demands a signature.
 */
export function removeForeignSignatures(text: string, _body: Record<string, unknown>, model: string): string {
  if (!text.includes(MARK)) return text;
  const lists = requestSpans(text).flatMap(({ start }) => memberSpans(text, 'contents', start));
  const edits = lists.flatMap((contents) =>
    text[contents.start] === '['
      ? listEdits(text, contents.start, (content) => contentEdits(text, content, model))
      : asEdits(contentEdits(text, contents, model)),
  );
  return applyEdits(text, edits);
}

/** What happens to an element of a list: it is edited, or removed. */
type Verdict = readonly Edit[] | 'gone';

function asEdits(verdict: Verdict): readonly Edit[] {
  return verdict === 'gone' ? [] : verdict;
}

/** The edits of a list; `judge` decides about each element. */
function listEdits(text: string, start: number, judge: (element: Span) => Verdict): Edit[] {
  const elements = elementSpans(text, start);
  const verdicts = elements.map((element) => judge(element));
  const gone = new Set(verdicts.flatMap((verdict, at) => (verdict === 'gone' ? [at] : [])));
  const edits = [...verdicts.flatMap((verdict) => asEdits(verdict)), ...elementRemovals(elements, gone)];
  return edits.toSorted((a, b) => a.start - b.start);
}

function contentEdits(text: string, content: Span, model: string): Verdict {
  if (!text.slice(content.start, content.end).includes(MARK)) return [];
  const edits = memberSpans(text, 'parts', content.start).map((parts) => {
    const spans = elementSpans(text, parts.start);
    const isAllGone = spans.length > 0 && spans.every((part) => partEdits(text, part, model) === 'gone');
    return isAllGone ? 'gone' : listEdits(text, parts.start, (part) => partEdits(text, part, model));
  });
  return edits.includes('gone') ? 'gone' : edits.flatMap((verdict) => asEdits(verdict));
}

function partEdits(text: string, part: Span, model: string): Verdict {
  const spans = SIGNATURES.flatMap((name) => memberSpans(text, name, part.start)).sort((a, b) => a.start - b.start);
  const edits = spans.map((span) => signatureEdit(text, span, model));
  if (!edits.includes('foreign')) return edits.flatMap((edit) => (typeof edit === 'string' ? [] : [edit]));
  const fields = fieldsOf(JSON.parse(text.slice(part.start, part.end))) ?? {};
  if (fields['functionCall'] !== undefined && geminiTraits(model).isThirdOrLater) {
    return spans.map((span) => ({ ...span, text: JSON.stringify(SKIP) }));
  }
  if (fields['thought'] === true || isNothingElse(fields)) return 'gone';
  // If the key stands there twice, in either case, the second value becomes empty.
  return spans.map((span, at) => (at === 0 ? memberRemoval(text, span) : { ...span, text: '""' }));
}

/** What happens to a signature: it stays, gets its original value back, or goes. */
function signatureEdit(text: string, span: Span, model: string): Edit | 'foreign' | 'its own' {
  const value: unknown = JSON.parse(text.slice(span.start, span.end));
  const marked = typeof value === 'string' ? unmarkSignature(value) : undefined;
  if (marked === undefined) return 'its own';
  const { signature } = marked;
  if (!isReadableBy(signature, NAME, model)) return 'foreign';
  return { ...span, text: JSON.stringify(signature.value) };
}

/** Whether a part holds nothing but its signature. */
function isNothingElse(fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(
    ([name, value]) => name === 'thoughtSignature' || name === 'thought' || value === '' || value === null,
  );
}

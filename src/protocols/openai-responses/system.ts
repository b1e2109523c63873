import { applyEdits, type Edit, memberSpans, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import { firstMember, joinToString } from '../system-edits.ts';

/**
 * `text` with the prompt in its `instructions`, or in new ones if it has none. All other bytes stay: messages of the
 * system or the developer among the input are part of the conversation. Where the key occurs twice, each occurrence is
 * edited, so that the prompt is there whichever of them the backend reads. Instructions of no known kind are left for
 * the backend to refuse.
 */
export function injectSystem(text: string, _body: unknown, { escaped }: Pick<Injection, 'escaped'>): string {
  const spans = memberSpans(text, 'instructions');
  if (spans.length === 0) {
    return applyEdits(text, [firstMember(text, text.indexOf('{'), `"instructions":"${escaped.alone}"`)]);
  }
  return applyEdits(
    text,
    spans.flatMap((span) => editsOf(text, span, escaped)),
  );
}

function editsOf(text: string, span: Span, texts: SystemTexts): Edit[] {
  switch (text[span.start]) {
    case '"':
      return joinToString(span, texts);
    case 'n':
      return [{ ...span, text: `"${texts.alone}"` }];
    default:
      return [];
  }
}

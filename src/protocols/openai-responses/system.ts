import { applyEdits, type Edit, memberSpans, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import { firstMember, joinToString } from '../shared/request/system-edits.ts';

/**
 * Adds the prompt to the `instructions` of `text`, or to new ones. All other bytes stay: system messages in the input
 * are part of the conversation. If the key occurs twice, both are edited, so that the backend reads the prompt in any
 * case. Instructions of unknown form stay for the backend to refuse.
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

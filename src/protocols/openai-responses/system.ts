import { applyEdits, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import type { SystemPrompt } from '../protocol.ts';

type Texts = SystemPrompt['escaped'];

/**
 * `text` with the prompt in its `instructions`, or in new ones if it has none. All other bytes stay: messages of the
 * system or the developer among the input are part of the conversation. Where the key occurs twice, each occurrence is
 * edited, so that the prompt is there whichever of them the backend reads. Instructions of no known kind are left for
 * the backend to refuse.
 */
export function injectSystem(text: string, _body: unknown, { escaped }: Pick<SystemPrompt, 'escaped'>): string {
  const spans = memberSpans(text, 'instructions');
  if (spans.length === 0) {
    const start = text.indexOf('{') + 1;
    const comma = /^\s*\}/.test(text.slice(start)) ? '' : ',';
    return applyEdits(text, [{ start, end: start, text: `"instructions":"${escaped.alone}"${comma}` }]);
  }
  return applyEdits(
    text,
    spans.flatMap((span) => editsOf(text, span, escaped)),
  );
}

function editsOf(text: string, span: Span, { before, after, alone }: Texts): Edit[] {
  const [start, end] = [span.start + 1, span.end - 1];
  switch (text[span.start]) {
    case '"':
      if (start === end) return [{ start, end, text: alone }];
      return [
        { start, end: start, text: before },
        { start: end, end, text: after },
      ];
    case 'n':
      return [{ ...span, text: `"${alone}"` }];
    default:
      return [];
  }
}

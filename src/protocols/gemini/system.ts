import { applyEdits, elementSpan, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import type { Injection, SystemTexts } from '../../core/injection.ts';
import type { Operation } from '../../core/exchange.ts';
import { firstMember, insertion, joinToList } from '../shared/request/system-edits.ts';
import { isWrapped, requestSpans } from './request-spans.ts';

const NAMES = ['systemInstruction', 'system_instruction'];

/**
 * Adds the prompt to the system instruction of `text`, or to a new one. All other bytes stay. If a key occurs twice,
 * both are edited. A system instruction of unknown form stays for the backend to refuse. Of requests to count tokens,
 * only those with a whole request get the prompt.
 */
export function injectSystem(
  text: string,
  _body: Record<string, unknown>,
  { escaped }: Injection,
  operation: Operation = 'generate',
): string {
  if (operation === 'count_tokens' && !isWrapped(text)) return text;
  return applyEdits(
    text,
    requestSpans(text).flatMap((request) => requestEdits(text, request, escaped)),
  );
}

function requestEdits(text: string, { start }: Span, texts: SystemTexts): Edit[] {
  const spans = NAMES.flatMap((name) => memberSpans(text, name, start)).toSorted((a, b) => a.start - b.start);
  if (spans.length > 0) return spans.flatMap((span) => instructionEdits(text, span, texts));
  const member = `"systemInstruction":{"parts":[${part(texts.alone)}]}`;
  return [firstMember(text, start, member)];
}

function instructionEdits(text: string, span: Span, texts: SystemTexts): Edit[] {
  switch (text[span.start]) {
    case '{':
      return contentEdits(text, span, texts);
    case '"':
      // The API takes no plain string, but some clients send one.
      return around(span, ['{"parts":[', '{"text":', '}', ']}'], texts);
    case 'n':
      return [{ ...span, text: `{"parts":[${part(texts.alone)}]}` }];
    default:
      return [];
  }
}

function contentEdits(text: string, { start }: Span, texts: SystemTexts): Edit[] {
  const spans = memberSpans(text, 'parts', start);
  if (spans.length > 0) return spans.flatMap((span) => partsEdits(text, span, texts));
  const member = `"parts":[${part(texts.alone)}]`;
  return [firstMember(text, start, member)];
}

function partsEdits(text: string, span: Span, texts: SystemTexts): Edit[] {
  const { start } = span;
  switch (text[start]) {
    case '[':
      return joinToList(span, elementSpan(text, 0, start) === undefined, texts, part);
    case '{':
      return around(span, ['[', '', '', ']'], texts);
    case 'n':
      return [{ ...span, text: `[${part(texts.alone)}]` }];
    default:
      return [];
  }
}

/**
 * Puts the value at `span` between two other parts. `outer` opens and closes the list, `inner` the value's own part.
 */
function around(
  { start, end }: Span,
  [outerOpen, innerOpen, innerClose, outerClose]: readonly [string, string, string, string],
  { before, after }: SystemTexts,
): Edit[] {
  return [
    insertion(start, `${outerOpen}${before === '' ? '' : `${part(before)},`}${innerOpen}`),
    insertion(end, `${innerClose}${after === '' ? '' : `,${part(after)}`}${outerClose}`),
  ];
}

function part(text: string): string {
  return `{"text":"${text}"}`;
}

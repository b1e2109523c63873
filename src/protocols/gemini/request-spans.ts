import { memberSpans, type Span } from '../../lib/json-span.ts';

/** What a request stands in that asks to count its tokens. */
export const WRAPPERS = ['generateContentRequest', 'generate_content_request'];

/** Where the request stands in a body's text: the whole of it, or, in one that asks to count its tokens, inside. */
export function requestSpans(text: string): Span[] {
  const wrapped = WRAPPERS.flatMap((name) => memberSpans(text, name)).filter(({ start }) => text[start] === '{');
  if (wrapped.length > 0) return wrapped.toSorted((a, b) => a.start - b.start);
  const start = text.indexOf('{');
  return start === -1 ? [] : [{ start, end: text.length }];
}

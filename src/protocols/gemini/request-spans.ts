import { memberSpans, type Span } from '../../lib/json-span.ts';

const WRAPPERS = ['generateContentRequest', 'generate_content_request'];

/** Where the request stands in a body's text: the whole of it, or, in one that asks to count its tokens, inside. */
export function requestSpans(text: string): Span[] {
  const wrapped = wrappedSpans(text);
  if (wrapped.length > 0) return wrapped;
  const start = text.indexOf('{');
  return start === -1 ? [] : [{ start, end: text.length }];
}

/** Whether the body holds a whole request to be counted, and not just contents. */
export function isWrapped(text: string): boolean {
  return wrappedSpans(text).length > 0;
}

function wrappedSpans(text: string): Span[] {
  return WRAPPERS.flatMap((name) => memberSpans(text, name))
    .filter(({ start }) => text[start] === '{')
    .toSorted((a, b) => a.start - b.start);
}

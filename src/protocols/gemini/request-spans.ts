import { memberSpans, type Span } from '../../lib/json-span.ts';

const WRAPPERS = ['generateContentRequest', 'generate_content_request'];

/** The request within a body's text: all of it, or a part of it in a request to count tokens. */
export function requestSpans(text: string): Span[] {
  const wrapped = wrappedSpans(text);
  if (wrapped.length > 0) return wrapped;
  const start = text.indexOf('{');
  return start === -1 ? [] : [{ start, end: text.length }];
}

/** Whether the body holds a whole request to count, and not only contents. */
export function isWrapped(text: string): boolean {
  return wrappedSpans(text).length > 0;
}

function wrappedSpans(text: string): Span[] {
  return WRAPPERS.flatMap((name) => memberSpans(text, name))
    .filter(({ start }) => text[start] === '{')
    .toSorted((a, b) => a.start - b.start);
}

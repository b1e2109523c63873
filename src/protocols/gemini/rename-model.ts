import { elementSpans, memberSpans, replaceSpans, type Span } from '../../lib/json-span.ts';
import { isWrapped, requestSpans } from './request-spans.ts';
import { modelName } from './camel-case.ts';

/**
 * Writes the model's name wherever a body repeats that of the path, because Google wants both to be equal: in each text
 * to embed, and in a request to count tokens. All other bytes stay.
 */
export function renameModel(text: string, model: string): string {
  if (!text.includes('"model"')) return text;
  const holders = isWrapped(text) ? requestSpans(text) : [{ start: 0, end: text.length }, ...requestsIn(text)];
  const names = holders
    .flatMap(({ start }) => memberSpans(text, 'model', start))
    .filter(({ start }) => text[start] === '"')
    .toSorted((a, b) => a.start - b.start);
  return replaceSpans(text, names, JSON.stringify(modelName(model)));
}

function requestsIn(text: string): Span[] {
  return memberSpans(text, 'requests').flatMap(({ start }) => elementSpans(text, start));
}

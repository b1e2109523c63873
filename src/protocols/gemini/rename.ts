import { elementSpans, memberSpans, replaceSpans, type Span } from '../../lib/json-span.ts';
import { requestSpans, WRAPPERS } from './request-spans.ts';
import { modelName } from './wire.ts';

/**
 * The request's text with `model` wherever it names the model once more: in each text to embed, in a request whose
 * tokens are to be counted. Google refuses a name that is not the path's.
 */
export function renameModel(text: string, body: Record<string, unknown>, model: string): string {
  const spans: Span[] = [];
  if ('model' in body) spans.push(...memberSpans(text, 'model'));
  if ('requests' in body) {
    for (const { start } of memberSpans(text, 'requests')) spans.push(...namesIn(text, elementSpans(text, start)));
  }
  if (WRAPPERS.some((name) => name in body)) spans.push(...namesIn(text, requestSpans(text)));
  if (spans.length === 0) return text;
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  return replaceSpans(text, sorted, JSON.stringify(modelName(model)));
}

function namesIn(text: string, objects: readonly Span[]): Span[] {
  return objects.flatMap(({ start }) => memberSpans(text, 'model', start));
}

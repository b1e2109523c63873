import type { Citation } from '../../core/part.ts';
import { asArray, asCount, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';

/** Reads `annotations` of a message or a delta: `[{type: "url_citation", url_citation: {url, title, start_index, end_index}}]`. */
export function decodeCitations(value: unknown): Citation[] {
  return asArray(value).flatMap((annotation): Citation[] => {
    const outer = asObject(annotation);
    if (outer === undefined || (outer['type'] !== undefined && outer['type'] !== 'url_citation')) return [];
    const inner = asObject(outer['url_citation']) ?? outer;
    const url = asWord(inner['url']);
    if (url === undefined) return [];
    const [start, end] = [asCount(inner['start_index']), asCount(inner['end_index'])];
    // OpenRouter writes 0 and 0 where it does not know.
    const known = start !== undefined && end !== undefined && end > start;
    const citation = {
      kind: 'url',
      url,
      title: asString(inner['title']),
      citedText: asWord(inner['content']),
    } as const;
    return [known ? { ...citation, start, end } : citation];
  });
}

/**
 * Writes one; undefined for a citation of anything but a page, which the dialect has no annotation for. `text` is where
 * in the message the cited part stands: positions count from the message's beginning, and one that is not known is all of it.
 */
export function encodeCitation(citation: Citation, text: { start: number; end: number }): JsonObject | undefined {
  const { url, title, citedText, start, end } = citation;
  if (url === undefined) return undefined;
  return {
    type: 'url_citation',
    url_citation: {
      url,
      title: title ?? url,
      start_index: start === undefined ? text.start : text.start + start,
      end_index: end === undefined ? text.end : text.start + end,
      ...(citedText === undefined ? {} : { content: citedText }),
    },
  };
}

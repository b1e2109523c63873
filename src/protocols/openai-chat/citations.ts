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
    // OpenRouter writes 0 and 0 for an unknown range.
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
 * Writes a citation; undefined unless it is of a page, because the dialect has no other annotations. `text` is the
 * range of the cited text in the message. Positions count from the message's beginning; an unknown range is the whole
 * text.
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

import type { Citation } from '../../core/part.ts';
import { asNumber, asObject, asString, asWord, compact } from '../../lib/json.ts';

/** Reads an annotation; undefined if its type is unknown. */
export function decodeCitation(annotation: unknown): Citation | undefined {
  const fields = asObject(annotation);
  const [start, end] = [asNumber(fields?.['start_index']), asNumber(fields?.['end_index'])];
  switch (fields?.['type']) {
    case 'url_citation':
      return {
        kind: 'url',
        ...compact({ url: asWord(fields['url']), title: asString(fields['title']), start, end }),
      };
    case 'file_citation':
    case 'container_file_citation':
    case 'file_path':
      return {
        kind: 'file',
        ...compact({
          fileId: asWord(fields['file_id']),
          title: asWord(fields['filename']),
          start,
          end,
          documentIndex: asNumber(fields['index']),
        }),
      };
    default:
      return undefined;
  }
}

/** Writes a citation as an annotation of a text of `length`. The schema requires every field. */
export function encodeCitation(citation: Citation, length: number): unknown {
  const { url, title, start = 0, end = length, fileId, documentIndex = 0 } = citation;
  if (url !== undefined) {
    return { type: 'url_citation', start_index: start, end_index: end, url, title: title ?? '' };
  }
  // A document of the request has no id. Its name and its index identify it.
  return {
    type: 'file_citation',
    file_id: fileId ?? `document_${documentIndex}`,
    filename: title ?? '',
    index: documentIndex,
  };
}

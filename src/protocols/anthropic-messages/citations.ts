import type { Citation } from '../../core/part.ts';
import { asCount, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';

/** Reads a citation that covers all of a text of `length` UTF-16 units. */
export function decodeCitation(value: unknown, length: number): Citation | undefined {
  const fields = asObject(value);
  if (fields === undefined) return undefined;
  const { title, document_title: documentTitle, url, source, file_id: fileId } = fields;
  const citedText = asWord(fields['cited_text']);
  const common = { start: 0, end: length, ...(citedText === undefined ? {} : { citedText }) };
  switch (fields['type']) {
    case 'web_search_result_location':
      return { kind: 'url', ...common, url: asString(url), title: asString(title) };
    case 'search_result_location':
      return {
        ...common,
        ...(isUrl(source) ? { kind: 'url', url: source } : { kind: 'document' }),
        title: asString(title) ?? asString(source),
        documentIndex: asCount(fields['search_result_index']),
      };
    case 'char_location':
    case 'page_location':
    case 'content_block_location':
      return {
        ...common,
        ...(asWord(fileId) === undefined ? { kind: 'document' } : { kind: 'file', fileId: asWord(fileId) }),
        title: asString(documentTitle),
        documentIndex: asCount(fields['document_index']),
      };
    default:
      return undefined;
  }
}

/** Writes a citation for a client. Only the provider knows where in a document it is. */
export function encodeCitation({ kind, url, title, citedText, documentIndex, fileId }: Citation): JsonObject {
  if (kind === 'url') {
    return {
      type: 'web_search_result_location',
      url: url ?? '',
      title: title ?? null,
      cited_text: citedText ?? '',
      encrypted_index: '',
    };
  }
  return {
    type: 'char_location',
    cited_text: citedText ?? '',
    document_index: documentIndex ?? 0,
    document_title: title ?? null,
    start_char_index: 0,
    end_char_index: 0,
    file_id: fileId ?? null,
  };
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value);
}

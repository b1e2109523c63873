import { expect, test } from 'bun:test';
import { decodeCitation, encodeCitation } from './citations.ts';

const all = { start: 0, end: 9 };

test.each([
  [
    { type: 'web_search_result_location', url: 'https://a', title: null, cited_text: 'c', encrypted_index: 'e' },
    { kind: 'url', url: 'https://a', citedText: 'c', ...all },
  ],
  [
    { type: 'search_result_location', source: 'https://a', title: 't', cited_text: 'c', search_result_index: 1 },
    { kind: 'url', url: 'https://a', title: 't', citedText: 'c', documentIndex: 1, ...all },
  ],
  [
    { type: 'search_result_location', source: 'shelf 3', title: null, cited_text: 'c', search_result_index: 1 },
    { kind: 'document', title: 'shelf 3', citedText: 'c', documentIndex: 1, ...all },
  ],
  [
    { type: 'char_location', document_index: 2, document_title: 't', cited_text: 'c', file_id: null },
    { kind: 'document', title: 't', citedText: 'c', documentIndex: 2, ...all },
  ],
  [
    { type: 'page_location', document_index: 2, document_title: 't', cited_text: 'c', file_id: 'f' },
    { kind: 'file', fileId: 'f', title: 't', citedText: 'c', documentIndex: 2, ...all },
  ],
])('%j is read', (value, expected) => expect(decodeCitation(value, 9)).toEqual(expected as never));

test.each([null, {}, { type: 'of_a_later_time' }])('%j is none', (value) =>
  expect(decodeCitation(value, 9)).toBeUndefined(),
);

test('what is written is read again', () => {
  const url = { kind: 'url', url: 'https://a', title: 't', citedText: 'c', ...all } as const;
  const file = { kind: 'file', fileId: 'f', title: 't', citedText: 'c', documentIndex: 3, ...all } as const;
  expect(decodeCitation(encodeCitation(url), 9)).toEqual(url);
  expect(decodeCitation(encodeCitation(file), 9)).toEqual(file);
});

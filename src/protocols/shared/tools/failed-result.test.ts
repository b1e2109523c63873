import { expect, test } from 'bun:test';
import type { MediaPart, TextPart } from '../../../core/part.ts';
import { failedContent } from './failed-result.ts';

const text = (words: string): TextPart => ({ type: 'text', text: words });
const image: MediaPart = {
  type: 'media',
  kind: 'image',
  source: { from: 'base64', mediaType: 'image/png', data: 'AAAA' },
};

test.each([
  ['no such file', 'Error: no such file'],
  ['', 'Error: the tool has failed.'],
  ['{"code":1}', 'Error: {"code":1}'],
  ['errors: 0', 'Error: errors: 0'],
  ['Error: no such file', 'Error: no such file'],
  ['  ERROR 404', '  ERROR 404'],
  ['error', 'error'],
  ['<tool_use_error>no</tool_use_error>', '<tool_use_error>no</tool_use_error>'],
])('%j', (words, marked) => {
  expect(failedContent([text(words)])).toEqual([text(marked)]);
  // What comes back marked is marked no more.
  expect(failedContent([text(marked)])).toEqual([text(marked)]);
});

test('the first text is marked, and where there is none, one is put in front', () => {
  expect(failedContent([image, text('a'), text('b')])).toEqual([image, text('Error: a'), text('b')]);
  expect(failedContent([image])).toEqual([text('Error: the tool has failed.'), image]);
  expect(failedContent([])).toEqual([text('Error: the tool has failed.')]);
});

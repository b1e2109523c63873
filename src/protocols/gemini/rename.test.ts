import { expect, test } from 'bun:test';
import { renameModel } from './rename.ts';

function renamed(text: string, model = 'gemini-embedding-001'): string {
  return renameModel(text, JSON.parse(text) as Record<string, unknown>, model);
}

test.each([
  [
    '{ "requests": [{"model":"models/my-alias","content":{"model":1}}, {"content":{},"model":"x"}] }',
    '{ "requests": [{"model":"models/gemini-embedding-001","content":{"model":1}}, {"content":{},"model":"models/gemini-embedding-001"}] }',
  ],
  ['{"model":"models/my-alias","content":{}}', '{"model":"models/gemini-embedding-001","content":{}}'],
  [
    '{"generateContentRequest":{"contents":[],"model":"models/my-alias"}}',
    '{"generateContentRequest":{"contents":[],"model":"models/gemini-embedding-001"}}',
  ],
  [
    '{"generate_content_request":{"model":"a"}}',
    '{"generate_content_request":{"model":"models/gemini-embedding-001"}}',
  ],
])('the model that a body names again is the backend’s: %s', (text, expected) => expect(renamed(text)).toBe(expected));

test('a name with a collection is a path already', () =>
  expect(renamed('{"model":"a"}', 'tunedModels/b')).toBe('{"model":"tunedModels/b"}'));

test.each(['{"contents":[{"parts":[{"text":"model"}]}]}', '{"requests":"model"}', '{}'])('%s stays', (text) =>
  expect(renamed(text)).toBe(text),
);

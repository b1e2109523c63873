import { expect, test } from 'bun:test';
import { renameModel } from './rename-model.ts';

test.each([
  ['{"contents":[{"parts":[{"text":"the \\"model\\""}]}]}', '{"contents":[{"parts":[{"text":"the \\"model\\""}]}]}'],
  ['{"model": "models/a","content":{"model":"stays"}}', '{"model": "models/m","content":{"model":"stays"}}'],
  [
    '{"requests":[{"model":"models/a","content":{}}, {"model":"a","id":12345678901234567890}]}',
    '{"requests":[{"model":"models/m","content":{}}, {"model":"models/m","id":12345678901234567890}]}',
  ],
  ['{"generateContentRequest":{"model":"models/a"}}', '{"generateContentRequest":{"model":"models/m"}}'],
  ['{"model":7}', '{"model":7}'],
])('%s', (text, expected) => expect(renameModel(text, 'm')).toBe(expected));

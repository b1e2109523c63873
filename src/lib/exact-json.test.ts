import { expect, test } from 'bun:test';
import { parseExactly } from './exact-json.ts';

test.each(['{"a":12345678901234567890,"b":[1.0,1e2,-0,0.1],"c":{"d":1}}', '{}', '{"text":"12345678901234567890"}'])(
  '%s is written as it was',
  (text) => expect(JSON.stringify(parseExactly(text))).toBe(text),
);

test.each(['', '[1]', '1', 'null', '{"a":', '"x"'])('%s is no object', (text) =>
  expect(parseExactly(text)).toBeUndefined(),
);

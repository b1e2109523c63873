import { expect, test } from 'bun:test';
import { parseExactly, parseKeepingLongNumbers } from './exact-json.ts';
import { asCount, asNumber, asObject } from './json.ts';

test.each(['{"a":12345678901234567890,"b":[1.0,1e2,-0,0.1],"c":{"d":1}}', '{}', '{"text":"12345678901234567890"}'])(
  '%s is written as it was',
  (text) => expect(JSON.stringify(parseExactly(text))).toBe(text),
);

test.each(['', '[1]', '1', 'null', '{"a":', '"x"'])('%s is no object', (text) =>
  expect(parseExactly(text)).toBeUndefined(),
);

test.each([
  '{"a":{"id":12345678901234567890,"ids":[-9007199254740993]},"b":1}',
  '{"text":"12345678901234567890","n":0.12345678901234568}',
  '[1,"x"]',
])('%s keeps its long numbers', (text) => expect(JSON.stringify(parseKeepingLongNumbers(text))).toBe(text));

test('long numbers among the outermost members are plain ones', () =>
  expect(parseKeepingLongNumbers('{"seed": 9223372036854775807}')).toEqual({ seed: 9223372036854776000 }));

test('a long number is a number where one is asked for', () => {
  const [first, second] = Object.values(
    asObject(asObject(parseKeepingLongNumbers('{"a":{"b":9223372036854775807,"c":-9223372036854775807}}'))?.['a']) ??
      {},
  );
  expect([asNumber(first), asCount(first), asNumber(second), asCount(second)]).toEqual([
    2 ** 63,
    2 ** 63,
    -(2 ** 63),
    undefined,
  ]);
  expect([asNumber(null), asNumber({}), asCount([])]).toEqual([undefined, undefined, undefined]);
});

test('what is no JSON throws', () => expect(() => parseKeepingLongNumbers('{"a":1234567890123456')).toThrow());

test('a count may stand in quotes, and is whole', () => {
  expect(['17', 5.5, 0, '0'].map(asCount)).toEqual([17, 6, 0, 0]);
  expect(['-1', '1.5', '', ' 1', '1e3', '9'.repeat(16), -1, true, null].map(asCount)).toEqual(
    Array.from({ length: 9 }, () => undefined),
  );
});

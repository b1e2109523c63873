import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { withMarkedNumbers, withRawNumbers } from './number-marks.ts';

const all = (): boolean => true;

function again(text: string, isWanted: (source: string) => boolean = all): string {
  return JSON.stringify(withRawNumbers(JSON.parse(withMarkedNumbers(text, isWanted))));
}

test.each([
  '1.0',
  '-0',
  '[1e2,1E+2,-1.50e-3,12345678901234567890]',
  '{"a":{"b":[[1.0],{"c":2.0}]},"__proto__":{"d":3.0},"e":"4.0","5.0":"\\"6.0"}',
  '{"__proto__":1.0}',
  '["\\\\",1.0,"\\\\\\"",2.0]',
])('%s is written as it was', (text) => expect(again(text)).toBe(text));

test('any value is the same, however it is spaced', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(again(text)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test.each(['{1:2}', '[01]', '[1.]', '[1 2]', '[+1]', '[1e]', 'a1', '[-]', '{"a":1', '["1]'])(
  '%s is no JSON still',
  (text) => expect(() => JSON.parse(withMarkedNumbers(text, all))).toThrow(),
);

test('a text that is marked with nothing is the very same', () => {
  const text = '{"a":[1,2]}';
  expect(withMarkedNumbers(text, () => false)).toBe(text);
});

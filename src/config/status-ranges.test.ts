import { expect, test } from 'bun:test';
import { parseStatusRange, parseStatusRanges } from './status-ranges.ts';

test('codes, classes and ranges', () => {
  expect(parseStatusRanges([429, '503', '4xx', '5XX', '429-499', '500 - 599'])).toEqual([
    { from: 429, to: 429 },
    { from: 503, to: 503 },
    { from: 400, to: 499 },
    { from: 500, to: 599 },
    { from: 429, to: 499 },
    { from: 500, to: 599 },
  ]);
});

test.each(['', 'xxx', '6xx', '0xx', 99, 600, 5, 4.5, -429, '499-429', '400-', '400-600', '4x'])(
  '%p is refused',
  (code) => {
    expect(parseStatusRange(code)).toBeUndefined();
    expect(() => parseStatusRanges([code])).toThrow();
  },
);

import { expect, test } from 'bun:test';
import { parseHttpDate } from './http-date.ts';

const MOMENT = Date.UTC(1994, 10, 6, 8, 49, 37);

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', MOMENT],
  ['Sun Nov  6 08:49:37 1994', MOMENT],
  ['Sunday, 06-Nov-26 08:49:37 GMT', Date.UTC(2026, 10, 6, 8, 49, 37)],
])('%s is a date', (text, expected) => {
  expect(parseHttpDate(text)).toBe(expected);
});

test.each([
  '',
  '-1',
  '+5',
  '5,5',
  '.5',
  '5',
  '2026-01-01T00:00:00Z',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  'Sun, 6 Nov 1994 08:49:37 GMT',
  'tomorrow',
])('%p is none', (text) => {
  expect(parseHttpDate(text)).toBeUndefined();
});

test('what this writes as a date is read', () => {
  const now = 1_767_225_601_000;
  expect(parseHttpDate(new Date(now).toUTCString())).toBe(now);
});

import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['300ms', 300],
  ['30s', 30_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['1.5s', 1500],
  ['1.1s', 1100],
  ['1h30m', 5_400_000],
  ['1m30s', 90_000],
  ['2s500ms', 2500],
  ['0', 0],
  ['0s', 0],
  ['30', 30_000],
  [' 30s ', 30_000],
  [0, 0],
  [1.5, 1500],
  [60, 60_000],
])('%p is %p ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  ' ',
  '-1s',
  -1,
  's',
  '30 s',
  '30sec',
  '1d',
  '30m1h',
  '1.s',
  '.5s',
  '1e3',
  NaN,
  Infinity,
  '0x10',
  '1h 30m',
])('%p is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, '0s'],
  [300, '300ms'],
  [1500, '1.5s'],
  [30_000, '30s'],
  [600_000, '10m'],
  [5_400_000, '1h30m'],
  [3_661_500, '1h1m1.5s'],
])('%p ms is written %p', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('what is written reads back', () => {
  fc.assert(fc.property(fc.nat(), (ms) => parseDuration(formatDuration(ms)) === ms));
});

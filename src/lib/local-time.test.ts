import { expect, test } from 'bun:test';
import { localDate, localTime, twoDigits } from './local-time.ts';

test('a time is told as where the machine is, in as many digits always', () => {
  expect(localDate(new Date(2026, 0, 9, 3, 4, 7))).toBe('2026-01-09');
  expect(localTime(new Date(2026, 0, 9, 3, 4, 7))).toBe('03:04:07');
  expect(localDate(new Date(2026, 11, 31, 23, 59, 59, 999))).toBe('2026-12-31');
  expect(localTime(new Date(2026, 11, 31, 23, 59, 59, 999))).toBe('23:59:59');
  expect([0, 9, 10, 59].map(twoDigits)).toEqual(['00', '09', '10', '59']);
});

import { expect, test } from 'bun:test';
import { parsePercentage } from './percentage.ts';

test.each([
  ['5%', 0.05],
  ['0.5%', 0.005],
  [' 12.3456 % ', 0.123456],
  ['100%', 1],
  ['0%', 0],
])('%p is a share', (text, share) => {
  expect(parsePercentage(text)).toBe(share);
});

test.each(['5', 5, 0.05, '', '%', '-1%', '101%', '1.23456%', '5 percent', '1e1%', '١%'])('%p is none', (text) => {
  expect(parsePercentage(text)).toBeUndefined();
});

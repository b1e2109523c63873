import { expect, test } from 'bun:test';
import { jsonFootprint } from './json-footprint.ts';

const MIB = 1024 * 1024;
/** The same offsets in every run, spread over the text. */
function spread(): () => number {
  let at = 0;
  return () => (at = (at + 0.618_034) % 1);
}

test('prose comes to little more than its text', () => {
  const text = JSON.stringify({ messages: [{ role: 'user', content: 'so many words '.repeat(MIB / 14) }] });
  expect(jsonFootprint(text, spread()) / text.length).toBeLessThan(1.5);
});

test('nothing but structure comes to many times its text', () => {
  const text = `{"tools":[${'[],'.repeat(MIB)}[]]}`;
  expect(jsonFootprint(text, spread()) / text.length).toBeGreaterThan(20);
});

test('structure between long texts is found at about its share', () => {
  const half = `${'x'.repeat(MIB)}"],[${'[],'.repeat(MIB / 3)}`;
  const estimates = Array.from({ length: 50 }, () => jsonFootprint(half, Math.random));
  const mean = estimates.reduce((sum, one) => sum + one, 0) / estimates.length / half.length;
  // Half the text at 27.7 bytes a unit, and the text itself.
  expect(mean).toBeGreaterThan(10);
  expect(mean).toBeLessThan(20);
});

test('a short text is not looked at', () => {
  expect(jsonFootprint('{"a":1}', () => expect.unreachable())).toBe(56);
});

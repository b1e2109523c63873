import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { globMatches } from './glob.ts';

test.each([
  ['*', '', true],
  ['*', 'a/b', true],
  ['gpt-4*', 'gpt-4', true],
  ['gpt-4*', 'gpt-4o-mini', true],
  ['gpt-4*', 'GPT-4', false],
  ['*mini', 'gpt-4o-mini-2', false],
  ['*mini', 'mini-mini', true],
  ['a*b*c', 'a-bb-cc', true],
  ['a*b*c', 'acb', false],
  ['a.c', 'abc', false],
  ['', '', true],
  ['', 'a', false],
  ['abc', 'ab', false],
])('%p against %p: %p', (pattern, text, expected) => {
  expect(globMatches(pattern, text)).toBe(expected);
});

test('agrees with a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 12 });
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      expect(globMatches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
  );
});

test('a pattern of many stars takes no exponential time', () => {
  expect(globMatches('*a'.repeat(50) + 'b', 'a'.repeat(2000))).toBe(false);
});

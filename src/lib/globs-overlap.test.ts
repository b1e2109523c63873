import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { globMatches } from './glob.ts';
import { globsOverlap } from './globs-overlap.ts';

test.each([
  ['openai/gpt-*', 'openai/*-5', true],
  ['openai/gpt-*', 'openai/o*', false],
  ['*', '', true],
  ['a*', '*b', true],
  ['a*c', 'a*d', false],
  ['ab', 'ab', true],
  ['ab', 'abc', false],
  ['*a*', 'bbb', false],
])('%p and %p: %p', (one, other, overlap) => {
  expect(globsOverlap(one, other)).toBe(overlap);
  expect(globsOverlap(other, one)).toBe(overlap);
});

const pattern = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 5 }).map((parts) => parts.join(''));
const texts = Array.from({ length: 7 }, (_, length) =>
  Array.from({ length: 2 ** length }, (_unused, bits) =>
    Array.from({ length }, (_none, at) => (((bits >> at) & 1) === 1 ? 'a' : 'b')).join(''),
  ),
).flat();

test('they overlap just where some text matches both', () => {
  fc.assert(
    fc.property(pattern, pattern, (one, other) => {
      const isMatched = texts.some((text) => globMatches(one, text) && globMatches(other, text));
      // A text of six letters is enough for two patterns of five, but for those with many letters and stars.
      if (isMatched) expect(globsOverlap(one, other)).toBe(true);
      else if (one.length + other.length <= 6) expect(globsOverlap(one, other)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

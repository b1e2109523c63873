import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Needles } from './needles.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const needlesOf = (...texts: string[]) => new Needles(texts.map(bytes));

test('of those that begin at one place, the longest is found', () => {
  const needles = needlesOf('sk-abc', 'sk-abcdef', 'xyz');
  expect(needles.find(bytes('..sk-abcdef..xyz'))).toEqual({ start: 2, end: 11 });
  expect(needles.find(bytes('..sk-abcde'))).toEqual({ start: 2, end: 8 });
  expect(needles.find(bytes('..sk-abcdef..xyz'), 3)).toEqual({ start: 13, end: 16 });
  expect(needles.find(bytes('nothing'))).toBeUndefined();
  expect(needles.find(bytes('sk'))).toBeUndefined();
});

test('what may go on is unfinished, what is whole is not', () => {
  const needles = needlesOf('sk-abcdef', 'bcd');
  expect(needles.unfinished(bytes('...sk-ab'))).toBe(5);
  expect(needles.unfinished(bytes('...sk-abcdef'))).toBe(0);
  expect(needles.unfinished(bytes('s'))).toBe(1);
  expect(needles.unfinished(bytes('nothing.'))).toBe(0);
  // Within a part of the bytes.
  expect(needles.unfinished(bytes('sk-abcdef"'), 0, 5)).toBe(5);
  expect(needles.unfinished(bytes('sk-ab'), 1)).toBe(1);
});

describe('as a search for each would have it', () => {
  const letter = fc.constantFrom('a', 'b', 'c');
  const word = fc.string({ unit: letter, minLength: 3, maxLength: 24 });

  test.each([[80], [900]])('in texts of %d letters', (maxLength) => {
    const text = fc.string({ unit: letter, maxLength });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 9 }),
        text,
        fc.nat({ max: 20 }),
        (words, haystack, from) => {
          const needles = needlesOf(...words);
          const starts = words.map((each) => haystack.indexOf(each, from)).filter((at) => at !== -1);
          const first = starts.length === 0 ? undefined : Math.min(...starts);
          const found = needles.find(bytes(haystack), from);
          expect(found?.start).toBe(first);
          if (first !== undefined) {
            const lengths = words.filter((each) => haystack.startsWith(each, first)).map((each) => each.length);
            expect(found?.end).toBe(first + Math.max(...lengths));
          }
          if (words.some((each) => haystack.includes(each))) expect(needles.mayBeIn(haystack)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('what may be the beginning of one, at the end of a text', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.string({ unit: letter, maxLength: 40 }),
        fc.nat({ max: 20 }),
        (words, haystack, from) => {
          const ends = Array.from({ length: Math.max(0, haystack.length - from) }, (_each, at) =>
            haystack.slice(from + at),
          );
          const begun = ends.find((end) => words.some((each) => each.length > end.length && each.startsWith(end)));
          expect(needlesOf(...words).unfinished(bytes(haystack), from)).toBe(begun?.length ?? 0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

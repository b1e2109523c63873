import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { jsonExtent, type JsonExtent } from './json-extent.ts';

const NO_LIMIT = { values: Infinity, nesting: Infinity };

/** The same by a walk through what was parsed. */
function walked(value: unknown): JsonExtent {
  if (typeof value === 'string') return { values: 1, nesting: 0 };
  if (typeof value !== 'object' || value === null) return { values: 0, nesting: 0 };
  const inner = Object.values(value).map((one) => walked(one));
  const names = Array.isArray(value) ? 0 : inner.length;
  return {
    values: 1 + names + inner.reduce((sum, { values }) => sum + values, 0),
    nesting: 1 + Math.max(0, ...inner.map(({ nesting }) => nesting)),
  };
}

test('a text is measured as what it is the JSON of', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1), (text, space) => {
      const value: unknown = JSON.parse(text);
      expect(jsonExtent(JSON.stringify(value, null, space), NO_LIMIT)).toEqual(walked(value));
    }),
  );
});

test('quotes, backslashes and brackets in texts are no structure', () => {
  const value = { '[{"\\': ['"', '\\', '\\"[', '\\\\', ']}', '\u0000'] };
  expect(jsonExtent(JSON.stringify(value), NO_LIMIT)).toEqual(walked(value));
});

test('it ends beyond either limit, and on any text', () => {
  expect(jsonExtent('[[[[[[', { values: Infinity, nesting: 2 })).toEqual({ values: 3, nesting: 3 });
  expect(jsonExtent('["","",""]', { values: 2, nesting: Infinity }).values).toBe(3);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void jsonExtent(text, NO_LIMIT)));
});

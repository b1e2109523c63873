import { expect, test } from 'bun:test';
import { quirksFor, takesField } from './quirks.ts';
import type { Quirks } from './route.ts';

const QUIRKS: Quirks = {
  mostStops: 4,
  fields: { top_k: true },
  models: [
    [/^small/, { mostStops: 1, fields: { stop: false } }],
    [/small/, { mostStops: 2 }],
  ],
};

test("the first of a backend's models that fits counts, over what holds for all, however often it is asked for", () => {
  const names = Array.from({ length: 600 }, (_, at) => `small-${at}`);
  for (const name of [...names, ...names]) {
    expect(quirksFor(QUIRKS, name)).toMatchObject({ mostStops: 1, fields: { top_k: true, stop: false } });
  }
  expect(quirksFor(QUIRKS, 'small-1')).toBe(quirksFor(QUIRKS, 'small-1'));
  expect(quirksFor(QUIRKS, 'other')).toBe(QUIRKS);
  expect(quirksFor({ ...QUIRKS, mostStops: 9 }, 'other').mostStops).toBe(9);
});

test('a field is taken as is said of it, and as is usual where nothing is', () => {
  expect(takesField({ fields: { a: false } }, 'a')).toBe(false);
  expect(takesField({ fields: { a: true } }, 'a', false)).toBe(true);
  expect(takesField({}, 'a')).toBe(true);
  expect(takesField({}, 'a', false)).toBe(false);
});

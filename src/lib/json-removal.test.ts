import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { elementRemovals, memberRemoval, memberRemovals } from './json-removal.ts';
import { applyEdits, elementSpans, memberSpans } from './json-span.ts';

describe('elementRemovals', () => {
  test('leaves the other elements, whichever go and however the text is spaced', () => {
    const list = fc.array(fc.record({ value: fc.jsonValue(), goes: fc.boolean() }), { maxLength: 6 });
    fc.assert(
      fc.property(list, fc.constantFrom(undefined, 1, '\t'), (items, space) => {
        const values = items.map(({ value }) => value);
        const text = JSON.stringify(values, null, space);
        const gone = new Set(items.flatMap(({ goes }, index) => (goes ? [index] : [])));
        const left = applyEdits(text, elementRemovals(elementSpans(text), gone));
        expect(JSON.parse(left)).toEqual(JSON.parse(JSON.stringify(values.filter((_, index) => !gone.has(index)))));
      }),
    );
  });

  test('keeps every byte of what stays', () => {
    const text = '[ 1.0 , 2,\n3 ]';
    expect(applyEdits(text, elementRemovals(elementSpans(text), new Set([1])))).toBe('[ 1.0,\n3 ]');
    expect(applyEdits(text, elementRemovals(elementSpans(text), new Set([0, 1])))).toBe('[ 3 ]');
    expect(applyEdits(text, elementRemovals(elementSpans(text), new Set([1, 2])))).toBe('[ 1.0 ]');
    expect(applyEdits(text, elementRemovals(elementSpans(text), new Set([0, 1, 2])))).toBe('[  ]');
  });
});

describe('memberRemoval', () => {
  test.each([
    ['{"x":1,"a":2}', '{"a":2}'],
    ['{ "a" : 2 , "x" : [1, {}] }', '{ "a" : 2  }'],
    ['{"a":1, "x":"\\"" ,\n"b":2}', '{"a":1, "b":2}'],
    ['{"x":null}', '{}'],
  ])('%s', (text, left) => {
    const [value] = memberSpans(text, 'x');
    expect(applyEdits(text, [memberRemoval(text, value!)])).toBe(left);
  });
});

describe('all members of a name are taken out of an object', () => {
  const removed = (text: string, name = 'a'): string => applyEdits(text, memberRemovals(text, [name]));

  test.each([
    ['{"a":1}', '{}'],
    ['{"a":1,"b":2}', '{"b":2}'],
    ['{"b":2,"a":1}', '{"b":2}'],
    ['{"a":1,"a":2,"a":3}', '{}'],
    ['{"a":1,"a":2,"b":{"a":3},"a":4,"c":5,"a":6,"a":7}', '{"b":{"a":3},"c":5}'],
    ['{ "b" : 1 , "\\u0061" : [1] }', '{ "b" : 1 }'],
    ['{}', '{}'],
    ['[{"a":1}]', '[{"a":1}]'],
  ])('%s', (text, expected) => expect(removed(text)).toBe(expected));

  test('whatever else is in it', () => {
    const object = fc.dictionary(fc.constantFrom('b', 'c', '"', 'a"'), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(fc.array(fc.oneof(object, fc.constant({ a: 1 })), { maxLength: 8 }), (objects) => {
        const members = objects.flatMap((one) =>
          Object.entries(one).map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`),
        );
        const text = `{ ${members.join(' ,')} }`;
        const { a: _a, ...rest } = JSON.parse(text) as Record<string, unknown>;
        expect(JSON.parse(removed(text))).toEqual(rest);
      }),
    );
  });
});

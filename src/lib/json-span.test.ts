import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { applyEdits, elementSpan, elementSpans, memberSpans, replaceSpans, type Span } from './json-span.ts';

function texts(text: string, name: string): string[] {
  return memberSpans(text, name).map(({ start, end }) => text.slice(start, end));
}

describe('memberSpans', () => {
  test.each([
    ['{"model":"a"}', ['"a"']],
    [' \r\n{ \t"model" : "a" } ', ['"a"']],
    ['{"model":12345678901234567890,"n":1}', ['12345678901234567890']],
    ['{"n":[{"model":1}],"x":{"model":2}}', []],
    ['{"x":"model","model":null}', ['null']],
    ['{"model":"first","messages":[],"model":"last"}', ['"first"', '"last"']],
    ['{"\\u006dodel":"a","\\u006D\\u006f\\u0064\\u0065\\u006c":"b"}', ['"a"', '"b"']],
    ['{"models":1,"mode":2,"\\\\model":3,"mo\\\\el":4}', []],
    ['{"x":"\\\\","model":"q\\"\\\\\\"}"}', ['"q\\"\\\\\\"}"']],
    ['{"model":{"a":["]}"]}}', ['{"a":["]}"]}']],
    ['{}', []],
    ['[{"model":1}]', []],
    ['"model"', []],
  ])('%s', (text, expected) => {
    expect(texts(text, 'model')).toEqual(expected);
  });

  test('starts at a given place', () => {
    const text = '{"a":{"model":1},"model":2}';
    expect(memberSpans(text, 'model', 5)).toEqual([{ start: 14, end: 15 }]);
  });

  test('finds names that need escapes, and empty ones', () => {
    const text = JSON.stringify({ 'a"b\\': 1, '': 2, 字: 3 });
    expect(texts(text, 'a"b\\')).toEqual(['1']);
    expect(texts(text, '')).toEqual(['2']);
    expect(texts(text, '字')).toEqual(['3']);
  });

  test('ends on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'a', ' ') }), (text) => {
        try {
          memberSpans(text, 'a');
          memberSpans(`{"a":${text}`, 'a');
          elementSpan(`[${text}`, 3);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });
});

describe('elementSpan', () => {
  test.each([
    ['[1, "a,]" , {"b":[2]}]', ['1', '"a,]"', '{"b":[2]}']],
    ['[ ]', []],
    ['[[],[ ]]', ['[]', '[ ]']],
    ['{"a":1}', []],
  ])('%s', (text, expected) => {
    for (const [index, element] of [...expected, undefined].entries()) {
      const span = elementSpan(text, index);
      expect(span && text.slice(span.start, span.end)).toBe(element);
    }
  });
});

test('applyEdits inserts at both ends and replaces between', () => {
  const edits = [
    { start: 0, end: 0, text: '<' },
    { start: 1, end: 2, text: 'X' },
    { start: 3, end: 3, text: '>' },
  ];
  expect(applyEdits('abc', edits)).toBe('<aXc>');
  expect(applyEdits('abc', [])).toBe('abc');
});

/** Text of random JSON: random white space, numbers as people write them, and any character of a string escaped or not. */
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 2 });
const spelledUnit = fc.tuple(fc.boolean(), fc.boolean());
function spelled(value: string): fc.Arbitrary<string> {
  return fc.array(spelledUnit, { minLength: value.length, maxLength: value.length }).map((choices) => {
    const units = choices.map(([escaped, upper], index) => {
      const hex = value.charCodeAt(index).toString(16).padStart(4, '0');
      if (escaped) return `\\u${upper ? hex.toUpperCase() : hex}`;
      return JSON.stringify(value[index]).slice(1, -1);
    });
    return `"${units.join('')}"`;
  });
}
const literal = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '0', '-1.50e+3', '12345678901234567890', '{}', '[ ]', '"\\/\\\\\\""'),
  fc.string({ unit: 'binary', maxLength: 40 }).chain(spelled),
);
const key = fc
  .oneof({ weight: 2, arbitrary: fc.constant('model') }, { weight: 3, arbitrary: fc.string({ maxLength: 8 }) })
  .filter((name) => name !== '__proto__');
const { value: json } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, literal, tie('object'), tie('array')),
  array: fc
    .array(fc.tuple(space, tie('value'), space))
    .map((items) => `[${items.map((item) => item.join('')).join()}]`),
  object: fc
    .array(fc.tuple(space, key.chain(spelled), space, space, tie('value'), space))
    .map((members) => `{${members.map(([a, name, b, c, item, d]) => `${a}${name}${b}:${c}${item}${d}`).join()}}`),
}));
const members = fc.array(fc.tuple(key, json, space), { maxLength: 6 });

test('replacing the spans of a member changes it and nothing else', () => {
  fc.assert(
    fc.property(
      members.chain((list) => fc.tuple(fc.constant(list), ...list.map(([name]) => spelled(name)))),
      fc.string({ unit: 'binary' }),
      ([list, ...keys], model) => {
        const write = (value: (name: string, item: string) => string): string =>
          `{${list.map(([name, item, gap], index) => `${gap}${keys[index]}${gap}:${gap}${value(name, item)}${gap}`).join()}}`;
        const text = write((_, item) => item);
        const replacement = JSON.stringify(model);
        const replaced = replaceSpans(text, memberSpans(text, 'model'), replacement);
        expect(replaced).toBe(write((name, item) => (name === 'model' ? replacement : item)));
        const before: Record<string, unknown> = JSON.parse(text);
        expect(JSON.parse(replaced)).toEqual('model' in before ? { ...before, model } : before);
      },
    ),
    { numRuns: 500 },
  );
});

test('elements are what JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(space, json, space)), (items) => {
      const text = `[${items.map((item) => item.join('')).join()}]`;
      const parsed: unknown[] = JSON.parse(text);
      for (const [index, item] of parsed.entries()) {
        const span = elementSpan(text, index);
        expect(JSON.parse(text.slice(span?.start, span?.end))).toEqual(item);
      }
      expect(elementSpans(text)).toEqual(parsed.map((_, index) => elementSpan(text, index) as Span));
      expect(elementSpan(text, parsed.length)).toBeUndefined();
    }),
  );
});

import { expect, test } from 'bun:test';
import { exampleOf } from './example.ts';

const cases: [name: string, schema: unknown, example: unknown][] = [
  ['required properties only', { properties: { a: { type: 'string' }, b: {} }, required: ['a'] }, { a: 'demo' }],
  ['the type that is not null', { type: ['null', 'number'] }, 1],
  ['a constant', { const: { x: 1 } }, { x: 1 }],
  ['the first of several', { anyOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
  [
    'all of several',
    {
      allOf: [
        { properties: { a: {} }, required: ['a'] },
        { properties: { b: {} }, required: ['b'] },
      ],
    },
    { a: 'demo', b: 'demo' },
  ],
  ['a reference', { $ref: '#/$defs/city', $defs: { city: { enum: ['Wien'] } } }, 'Wien'],
  ['a list of the least length', { type: 'array', items: { type: 'integer', maximum: 0 }, minItems: 2 }, [0, 0]],
  ['a formatted text', { type: 'string', format: 'date' }, '2026-01-01'],
  ['a text of the right length', { type: 'string', minLength: 6, maxLength: 7 }, 'demo-d'],
  ['a short text', { type: 'string', maxLength: 2 }, 'de'],
  ['a number above a bound', { type: 'number', exclusiveMinimum: 1 }, 1.5],
  ['nonsense', 'nonsense', 'demo'],
];

test.each(cases)('%s', (_, schema, example) => {
  expect(exampleOf(schema)).toEqual(example);
});

test('a schema that never ends is cut short', () => {
  const node = {
    type: 'object',
    properties: { left: { $ref: '#' }, right: { $ref: '#' } },
    required: ['left', 'right'],
  };
  expect(JSON.stringify(exampleOf(node)).length).toBeLessThan(20_000);
  expect(exampleOf({ $ref: '#' })).toBeNull();
  expect(exampleOf({ type: 'array', minItems: 1e9, items: {} })).toHaveLength(20);
});

test('what a schema gives itself is not repeated without end', () => {
  const given = { const: 'x'.repeat(100_000) };
  const names = Array.from({ length: 400 }, (_, at) => `p${at}`);
  const properties = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/given' }]));
  const example = exampleOf({ type: 'object', properties, required: names, $defs: { given } });
  expect(JSON.stringify(example).length).toBeLessThan(20_000);
  expect(exampleOf({ const: 'x'.repeat(1000) })).toHaveLength(1000);
  const joined = { allOf: Array.from({ length: 100_000 }, () => ({ $ref: '#' })) };
  expect(exampleOf({ type: 'object', ...joined })).toEqual({});
});

import { describe, expect, test } from 'bun:test';
import { strictSchema } from './schema.ts';

describe('a schema in the words that are enforced', () => {
  test('objects are closed, at every depth, and constraints are told', () =>
    expect(
      strictSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
          list: { type: 'array', minItems: 2, items: { type: 'object', properties: { n: { type: 'integer' } } } },
          when: { type: 'string', format: 'date-time', description: 'the day', pattern: '^2' },
          either: { oneOf: [{ type: 'string', format: 'phone' }, { type: 'null' }] },
          other: { $ref: '#/$defs/Other' },
        },
        required: ['list'],
        $defs: { Other: { type: 'object', properties: {} } },
      }),
    ).toEqual({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: { type: 'object', properties: { n: { type: 'integer' } }, additionalProperties: false },
          description: '{minItems: 2}',
        },
        when: { type: 'string', format: 'date-time', description: 'the day\n\n{pattern: "^2"}' },
        either: { anyOf: [{ type: 'string', description: '{format: "phone"}' }, { type: 'null' }] },
        other: { $ref: '#/$defs/Other' },
      },
      required: ['list'],
      $defs: { Other: { type: 'object', properties: {}, additionalProperties: false } },
      additionalProperties: false,
    }));

  test('what OpenAPI calls nullable may be null', () =>
    expect(
      strictSchema({ type: 'object', properties: { a: { type: 'string', nullable: true, enum: ['x'] } } }),
    ).toEqual({
      type: 'object',
      properties: { a: { type: ['string', 'null'], enum: ['x', null] } },
      additionalProperties: false,
    }));

  test.each([
    ['free keys', { type: 'object', additionalProperties: true }],
    ['keys of a schema', { type: 'object', properties: {}, additionalProperties: { type: 'string' } }],
    ['keys of a pattern', { type: 'object', properties: {}, patternProperties: { x: {} } }],
    ['any object', { type: 'object' }],
    ['any object within', { type: 'array', items: { type: 'object' } }],
    ['a reference to nothing', { $ref: '#/$defs/None' }],
    ['a reference elsewhere', { $ref: 'https://a/b' }],
    ['itself', { type: 'object', properties: { self: { $ref: '#' } } }],
    ['a definition within itself', { $ref: '#/$defs/A', $defs: { A: { anyOf: [{ $ref: '#/$defs/A' }] } } }],
    ['no schema', { type: 'array', items: true }],
  ])('cannot say %s', (_what, schema) => expect(strictSchema(schema)).toBeUndefined());

  test('one definition may be used twice', () =>
    expect(
      strictSchema({
        type: 'object',
        properties: { a: { $ref: '#/$defs/A' }, b: { $ref: '#/$defs/A' } },
        $defs: { A: { type: 'string' } },
      }),
    ).toBeDefined());
});

describe('a schema that refers to itself, or too often', () => {
  const closed = (properties: object): Record<string, unknown> => ({ type: 'object', properties });

  test('is not enforced if it contains itself, by whatever way', () => {
    expect(strictSchema(closed({ a: { $ref: '#' } }))).toBeUndefined();
    const $defs = { a: closed({ b: { $ref: '#/$defs/b' } }), b: { anyOf: [{ $ref: '#/$defs/a' }] } };
    expect(strictSchema({ ...closed({ a: { $ref: '#/$defs/a' } }), $defs })).toBeUndefined();
    expect(strictSchema({ allOf: Array.from({ length: 10 }, () => ({ $ref: '#' })), type: 'object' })).toBeUndefined();
  });

  test('is looked at once for all references that lead to it', () => {
    const tree = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `d${at}`,
        at === 39
          ? { type: 'string' }
          : closed({ a: { $ref: `#/$defs/d${at + 1}` }, b: { $ref: `#/$defs/d${at + 1}` } }),
      ]),
    );
    const schema = { ...closed({ a: { $ref: '#/$defs/d0' }, b: { $ref: '#/$defs/d0' } }), $defs: tree };
    expect(strictSchema(schema)?.['properties']).toEqual({ a: { $ref: '#/$defs/d0' }, b: { $ref: '#/$defs/d0' } });
  });

  test('is not enforced if its references are too long a chain', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, at) => [`d${at}`, { $ref: `#/$defs/d${at + 1}` }]),
    );
    expect(strictSchema({ ...closed({ a: { $ref: '#/$defs/d0' } }), $defs: chain })).toBeUndefined();
  });

  test('finds nothing in what every object has', () =>
    expect(strictSchema(closed({ a: { $ref: '#/constructor' }, b: { $ref: '#/__proto__' } }))).toBeUndefined());
});

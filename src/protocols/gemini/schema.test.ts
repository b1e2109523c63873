import { describe, expect, test } from 'bun:test';
import { DEFAULT_WORK, TooComplex, Work } from '../../core/work.ts';
import type { JsonObject } from '../../lib/json.ts';
import { jsonSchemaOf } from './openapi.ts';
import * as schemas from './schema.ts';

function supportedSchema(schema: JsonObject): JsonObject {
  return schemas.supportedSchema(schema, new Work(), 'x');
}

describe('a JSON Schema for Google', () => {
  test.each([
    [
      'unknown keywords',
      { $schema: 'x', $comment: 'x', type: 'string', contentEncoding: 'x', readOnly: true },
      { type: 'string' },
    ],
    [
      'known keywords',
      { type: ['string', 'null'], minLength: 1, pattern: 'a', title: 'T' },
      { type: ['string', 'null'], minLength: 1, pattern: 'a', title: 'T' },
    ],
    ['constants', { const: 'a' }, { type: 'string', enum: ['a'] }],
    ['a constant truth', { const: true }, { type: 'boolean' }],
    ['mixed enumerations', { enum: ['a', 1, null] }, { type: ['string', 'integer', 'null'], enum: ['a', 1] }],
    ['typed enumerations', { enum: [1.5, 2], type: 'number' }, { type: 'number', enum: [1.5, 2] }],
    ['enumerated objects', { enum: [{}, 'a'] }, {}],
    [
      'exclusive bounds',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: 'integer', minimum: 1, maximum: 8 },
    ],
    ['exclusive bounds of numbers', { type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 0 }],
    [
      'older tuples',
      { type: 'array', items: [{ type: 'string' }, true] },
      { type: 'array', prefixItems: [{ type: 'string' }, {}] },
    ],
    [
      'closed objects',
      { type: 'object', additionalProperties: false },
      { type: 'object', additionalProperties: false },
    ],
    ['maps', { additionalProperties: { const: 1 } }, { additionalProperties: { type: 'integer', enum: [1] } }],
    [
      'unions',
      { anyOf: [{ const: 1 }], oneOf: [{ $comment: 'x' }] },
      { anyOf: [{ type: 'integer', enum: [1] }], oneOf: [{}] },
    ],
    [
      'properties named like keywords',
      { properties: { $ref: { type: 'string' }, const: { not: {} } } },
      { properties: { $ref: { type: 'string' }, const: {} } },
    ],
    [
      'joined schemas',
      {
        allOf: [{ properties: { a: { const: 1 } }, required: ['a'] }],
        properties: { b: {} },
        required: ['b'],
        type: 'object',
      },
      { type: 'object', properties: { a: { type: 'integer', enum: [1] }, b: {} }, required: ['b', 'a'] },
    ],
  ])('has %s said as it takes them', (_, schema, expected) => expect(supportedSchema(schema)).toEqual(expected));

  test('has references replaced, with what stands beside them', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { $ref: '#/$defs/A', description: 'beside' },
        b: { allOf: [{ $ref: '#/definitions/B' }] },
        c: { $ref: 'https://elsewhere', title: 'C' },
      },
      $defs: { A: { type: 'array', items: { $ref: '#/definitions/B' } } },
      definitions: { B: { type: 'string', examples: ['x'] } },
    };
    expect(supportedSchema(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'array', items: { type: 'string' }, description: 'beside' },
        b: { type: 'string' },
        c: { title: 'C' },
      },
    });
    expect(supportedSchema({ $ref: '#/$defs/A', $defs: { A: { type: 'object' } } })).toEqual({ type: 'object' });
  });

  test('has recursive references kept, and nothing beside them', () => {
    const node = {
      type: 'object',
      properties: { next: { $ref: '#/definitions/Node', description: 'x' }, definitions: { $ref: '#' } },
    };
    expect(supportedSchema({ $ref: '#/definitions/Node', definitions: { Node: node } })).toEqual({
      $ref: '#/$defs/Node',
      $defs: {
        Node: {
          type: 'object',
          properties: { next: { $ref: '#/$defs/Node' }, definitions: { $ref: '#/$defs/__root' } },
        },
        __root: { $ref: '#/$defs/Node' },
      },
    });
    expect(supportedSchema({ type: 'object', properties: { self: { $ref: '#' } } })).toEqual({
      type: 'object',
      properties: { self: { $ref: '#/$defs/__root' } },
      $defs: { __root: { type: 'object', properties: { self: { $ref: '#/$defs/__root' } } } },
    });
  });

  test('is joined of what joins it, the first word counting, each once', () => {
    const schema = {
      allOf: [
        { $ref: '#/$defs/a', title: 'beside' },
        { title: 'second', description: 'second', properties: { y: { type: 'number' }, x: {} }, required: ['y', 'x'] },
      ],
      required: ['w'],
      $defs: {
        a: { title: 'a', properties: { x: { type: 'string' } }, allOf: [{ $ref: '#/$defs/b' }, { $ref: '#/$defs/a' }] },
        b: { $ref: '#/$defs/c', minProperties: 1 },
        c: { type: 'object', properties: { x: {}, z: {} }, required: ['z'], minProperties: 2 },
      },
    };
    const converted = supportedSchema(schema);
    expect(converted).toMatchObject({
      type: 'object',
      title: 'beside',
      description: 'second',
      minProperties: 1,
      required: ['w', 'z', 'y', 'x'],
      properties: { x: { type: 'string' }, y: { type: 'number' }, z: {} },
    });
    expect(Object.keys(converted['properties'] as object)).toEqual(['y', 'x', 'z']);
  });

  test('whose text would be repeated keeps its references', () => {
    const $defs = { long: { description: 'x'.repeat(50_000) } };
    const properties = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`p${at}`, { $ref: '#/$defs/long' }]));
    const converted = supportedSchema({ type: 'object', properties, $defs });
    expect(converted['properties']).toMatchObject({ p0: { $ref: '#/$defs/long' } });
    expect(JSON.stringify(converted).length).toBeLessThan(60_000);
  });

  test('takes what it comes to from the budget', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/d' }, b: { $ref: '#/$defs/d' } },
      $defs: { d: { type: 'string' } },
    };
    const limits = { ...DEFAULT_WORK, values: 5 };
    expect(() => schemas.supportedSchema(schema, new Work(limits), 'x')).not.toThrow();
    expect(() => schemas.supportedSchema(schema, new Work({ ...limits, values: 4 }), 'tools[f]')).toThrow(
      new TooComplex('values', 4, 'tools[f]'),
    );
  });

  test('does not grow beyond bounds', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `d${at}`,
        { type: 'object', properties: { a: { $ref: `#/$defs/d${at + 1}` }, b: { $ref: `#/$defs/d${at + 1}` } } },
      ]),
    );
    expect(JSON.stringify(supportedSchema({ $ref: '#/$defs/d0', $defs })).length).toBeLessThan(10_000);
    const chain = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, at) => [`d${at}`, { items: { $ref: `#/$defs/d${at + 1}` } }]),
    );
    expect(supportedSchema({ $ref: '#/$defs/d0', $defs: chain })).toMatchObject({ $ref: '#/$defs/d0' });
    const joined = { allOf: [{ $ref: '#' }], $defs: { A: { allOf: [{ $ref: '#/$defs/A' }] } } };
    expect(supportedSchema(joined)).toBeObject();
  });
});

describe("a schema of Google's own kind", () => {
  test.each([
    [
      { type: 'STRING', nullable: true, enum: ['a'], format: 'enum' },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ any_of: [{ type: 'NUMBER' }], nullable: true }, { anyOf: [{ anyOf: [{ type: 'number' }] }, { type: 'null' }] }],
    [
      { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' }, min_items: '2' },
      { type: 'array', items: { type: 'integer', format: 'int32' }, minItems: 2 },
    ],
    [
      { type: 'OBJECT', additional_properties: { type: 'BOOLEAN' } },
      { type: 'object', additionalProperties: { type: 'boolean' } },
    ],
    [
      { type: 'string', example: 'x' },
      { type: 'string', examples: ['x'] },
    ],
    [
      { properties: { type: { type: 'STRING' }, snake_case: {} } },
      { properties: { type: { type: 'string' }, snake_case: {} } },
    ],
  ])('%j', (schema, expected) => expect(jsonSchemaOf(schema)).toEqual(expected));

  test('has its properties in the order that it asks for', () => {
    const schema = jsonSchemaOf({ properties: { a: {}, b: {}, c: {} }, property_ordering: ['c', 'x', 'b'] });
    expect(Object.keys(schema['properties'] as object)).toEqual(['c', 'b', 'a']);
    expect(schema['propertyOrdering']).toBeUndefined();
  });
});

test('what OpenAPI calls nullable may be null, in a schema of any client', () =>
  expect(
    supportedSchema({ type: 'object', properties: { a: { type: 'object', nullable: true }, b: { nullable: true } } }),
  ).toEqual({ type: 'object', properties: { a: { type: ['object', 'null'] }, b: {} } }));

describe('a schema that leads back to itself through allOf', () => {
  test('is a reference where it is nothing else', () => {
    const node = {
      type: 'object',
      properties: { next: { allOf: [{ $ref: '#/$defs/node' }], description: 'The next.' } },
    };
    expect(supportedSchema({ $ref: '#/$defs/node', $defs: { node } })).toEqual({
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    });
  });

  test.each([
    { type: 'array', items: { type: 'object', allOf: [{ type: 'object', allOf: [{ $ref: '#' }] }] } },
    { properties: { a: { properties: { b: {} }, allOf: [{ $ref: '#' }, { $ref: '#' }] } } },
    { allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { items: { minItems: 1, allOf: [{ $ref: '#/$defs/a' }] } } } },
  ])('ends: %j', (schema) => {
    expect(JSON.stringify(supportedSchema(schema)).length).toBeLessThan(1000);
  });
});

import { describe, expect, test } from 'bun:test';
import { plainSchema, toolSchema } from './schema.ts';

const STRING = { type: 'string' };

describe("a tool's schema is of an object", () => {
  test.each<[Record<string, unknown> | undefined, unknown, readonly string[]]>([
    [undefined, { type: 'object', properties: {} }, []],
    [{}, { type: 'object', properties: {} }, []],
    [{ type: 'object' }, { type: 'object' }, []],
    [{ type: 'object', properties: null }, { type: 'object', properties: {} }, []],
    [{ properties: { a: {} } }, { type: 'object', properties: { a: {} } }, []],
    [{ type: ['object', 'null'], description: 'd' }, { type: 'object', description: 'd', properties: {} }, []],
    [{ type: 'string' }, { type: 'object', properties: {} }, ['type']],
    [{ enum: ['a'] }, { type: 'object', properties: {} }, ['enum']],
    [{ type: 'object', properties: {}, not: {} }, { type: 'object', properties: {} }, ['not']],
    [{ $ref: 'https://example.com/a' }, { type: 'object', properties: {} }, ['$ref']],
    [{ $ref: '#' }, { type: 'object', properties: {} }, []],
    [
      { anyOf: [{ type: 'null' }, { type: 'object', properties: { a: STRING }, required: ['a'] }] },
      { type: 'object', properties: { a: STRING }, required: ['a'] },
      [],
    ],
    [
      { oneOf: [{ properties: { a: STRING } }, { properties: { a: STRING } }] },
      { type: 'object', properties: { a: STRING } },
      ['oneOf'],
    ],
  ])('%j', (schema, expected, lost) => expect(toolSchema(schema)).toEqual({ schema: expected as never, lost }));

  test('what a root refers to is the root, with the definitions of which it makes use', () => {
    const $defs = { A: { type: 'object', properties: { b: { $ref: '#/$defs/B' } } }, B: STRING };
    expect(toolSchema({ $ref: '#/$defs/A', $defs }).schema).toEqual({ ...$defs.A, $defs });
  });

  test('nothing is copied where nothing has to change', () => {
    const schema = { type: 'object', properties: { a: { anyOf: [STRING, { type: 'array', items: STRING }] } } };
    expect(toolSchema(schema).schema).toBe(schema);
  });

  test('schemas that lead back to themselves end', () => {
    const schema = { allOf: [{ $ref: '#' }, { $ref: '#/$defs/A' }], $defs: { A: { anyOf: [{ $ref: '#/$defs/A' }] } } };
    expect(toolSchema(schema).schema).toMatchObject({ type: 'object', properties: {} });
  });

  test('a property called __proto__ is one like others', () => {
    const schema = JSON.parse('{"properties":{"__proto__":true,"a":true}}') as Record<string, unknown>;
    expect(JSON.stringify(toolSchema(schema).schema)).toBe('{"type":"object","properties":{"__proto__":{},"a":{}}}');
  });
});

test('schemas that are true or false are written as objects, wherever they stand', () => {
  const schema = {
    properties: { a: true, b: false, c: { type: 'array', items: true }, d: { anyOf: [true, STRING] } },
    $defs: { E: true },
    additionalProperties: true,
    enum: [true],
    default: true,
  };
  expect(plainSchema(schema)).toEqual({
    properties: { a: {}, b: { not: {} }, c: { type: 'array', items: {} }, d: { anyOf: [{}, STRING] } },
    $defs: { E: {} },
    additionalProperties: true,
    enum: [true],
    default: true,
  });
});

import { expect, test } from 'bun:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { editorJsonSchema } from './json-schema.ts';
import { parseConfig } from './load.ts';
import { configSchema } from './schema.ts';
import { shapeOf } from './shape.ts';

test('every key has a description', () => {
  const undescribed = (schema: Record<string, unknown>, path: string): string[] => {
    const children = Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>).flatMap(
      ([key, child]) => [...(child['description'] ? [] : [`${path}.${key}`]), ...undescribed(child, `${path}.${key}`)],
    );
    const inner = [schema['items'], schema['additionalProperties']].filter(
      (value) => typeof value === 'object' && value !== null,
    );
    return [...children, ...inner.flatMap((value) => undescribed(value as Record<string, unknown>, `${path}[]`))];
  };
  const schema: Record<string, unknown> = JSON.parse(JSON.stringify(editorJsonSchema()));
  expect(undescribed(schema, '')).toEqual([]);
});

test('the examples of sections are valid, and have every key of theirs', () => {
  const { shape } = configSchema;
  const examples = Object.entries(shape).flatMap(([section, schema]) => {
    const example = z.globalRegistry.get(schema)?.['example'];
    return typeof example === 'string' ? [{ section, schema, example }] : [];
  });
  expect(examples.map(({ section }) => section)).toContain('logging');
  for (const { section, schema, example } of examples) {
    const { warnings } = parseConfig(`listen: 127.0.0.1:1\n${example}`, { file: section, env: {} });
    expect(warnings).toEqual([]);
    const written = (parse(example) as Record<string, object>)[section];
    const wanted = shapeOf(schema);
    expect(Object.keys(written ?? {})).toEqual(wanted.kind === 'map' ? Object.keys(wanted.keys) : []);
  }
});

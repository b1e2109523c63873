import { expect, test } from 'bun:test';
import { generateFiles } from './generate.ts';

test('the generated files are those of the schema (bun src/config/generate.ts)', async () => {
  for (const { path, text } of await generateFiles()) expect(text).toBe(await Bun.file(path).text());
});

test('every key has a description', async () => {
  const undescribed = (schema: Record<string, unknown>, path: string): string[] => {
    const children = Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>).flatMap(
      ([key, child]) => [...(child['description'] ? [] : [`${path}.${key}`]), ...undescribed(child, `${path}.${key}`)],
    );
    const inner = [schema['items'], schema['additionalProperties']].filter(
      (value) => typeof value === 'object' && value !== null,
    );
    return [...children, ...inner.flatMap((value) => undescribed(value as Record<string, unknown>, `${path}[]`))];
  };
  const schema = (await generateFiles()).find((file) => file.path === 'config.schema.json')!;
  expect(undescribed(JSON.parse(schema.text), '')).toEqual([]);
});

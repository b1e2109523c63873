import { z } from 'zod';
import { configSchema } from './schema.ts';

type Json = z.core.JSONSchema.BaseSchema;

/** The JSON Schema (2020-12) of a config file, as zod gives it, with our metadata (`kind`, `allowed`, `secret`, `example`) still in it. */
export function rawJsonSchema(): Json {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
}

/** The JSON Schema for editors: without our metadata, and with `${VARIABLE}` allowed where a value is not free text. */
export function editorJsonSchema(): Json {
  const { $schema, ...schema } = forEditors(rawJsonSchema());
  const variable = {
    description: 'The value of an environment variable: ${NAME} or ${NAME:-default}.',
    type: 'string',
    pattern: '^\\$\\{.*\\}$',
  };
  return { $schema, title: 'llm-proxy configuration', ...schema, $defs: { variable } } as Json;
}

/** Removes what has no meaning: a section's empty default, and the largest safe integer as a maximum. */
function tidy(schema: Json): void {
  if (schema.type === 'object') delete schema.default;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.propertyNames && Object.keys(schema.propertyNames).length <= 1) delete schema.propertyNames;
}

function forEditors(schema: Json): Json {
  const { kind: _kind, allowed: _allowed, secret: _secret, hidden: _hidden, example: _example, ...rest } = schema;
  if (rest.properties) rest.properties = mapValues(rest.properties as Record<string, Json>, forEditors);
  if (typeof rest.additionalProperties === 'object') rest.additionalProperties = forEditors(rest.additionalProperties);
  if (Array.isArray(rest.anyOf)) rest.anyOf = rest.anyOf.map(forEditors);
  if (rest.items) rest.items = forEditors(rest.items as Json);
  const takesText = typeof rest.type !== 'string' || ['object', 'array'].includes(rest.type) || isFreeText(rest);
  if (takesText) return rest;
  const { description, default: standard, ...accepted } = rest;
  return {
    ...(description !== undefined && { description }),
    ...(standard !== undefined && { default: standard }),
    anyOf: [accepted, { $ref: '#/$defs/variable' }],
  };
}

function isFreeText(schema: Json): boolean {
  return schema.type === 'string' && schema.enum === undefined && schema.pattern === undefined;
}

function mapValues<T>(values: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

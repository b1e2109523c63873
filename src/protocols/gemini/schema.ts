import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { References } from './schema-references.ts';

/**
 * A JSON Schema as `parametersJsonSchema` and `responseJsonSchema` take it: the keywords that Google documents for
 * them, those that it has in its own kind of schema besides, and nothing else
 * (https://ai.google.dev/api/generate-content#FIELDS.response_json_schema). References into the schema itself are
 * replaced by what they refer to, but for recursive ones.
 */
export function supportedSchema(schema: JsonObject): JsonObject {
  const references = new References(schema);
  const converted = convert(schema, references);
  return references.isKept ? { ...converted, $defs: mapped(references.all, references) } : converted;
}

/** Keywords that pass as they are. */
const PLAIN = new Set([
  'title',
  'description',
  'format',
  'default',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  'pattern',
  'required',
  'propertyOrdering',
]);

type Converter = (value: unknown, references: References) => JsonObject;

/** Keywords that hold schemas, or that have to be said otherwise. */
const CONVERTED: Readonly<Record<string, Converter>> = {
  properties: (value, references) => ({ properties: mapped(value, references) }),
  items: (value, references) =>
    Array.isArray(value) ? { prefixItems: list(value, references) } : { items: convert(value, references) },
  prefixItems: (value, references) => ({ prefixItems: list(value, references) }),
  anyOf: (value, references) => ({ anyOf: list(value, references) }),
  oneOf: (value, references) => ({ oneOf: list(value, references) }),
  additionalProperties: (value, references) => ({
    additionalProperties: typeof value === 'boolean' ? value : convert(value, references),
  }),
  enum: (value) => enumOf(asArray(value)),
  const: (value) => enumOf([value]),
};

function convert(value: unknown, references: References): JsonObject {
  const schema = asObject(value);
  // `true` stands for any value.
  if (schema === undefined) return {};
  const reference = asString(schema['$ref']);
  if (reference !== undefined) return referred(schema, reference, references);
  const joined = withoutAllOf(schema, references);
  const result: Record<string, unknown> = {};
  for (const [keyword, inner] of Object.entries(joined)) {
    if (PLAIN.has(keyword)) result[keyword] = inner;
    else if (Object.hasOwn(CONVERTED, keyword)) Object.assign(result, CONVERTED[keyword]?.(inner, references));
  }
  if (joined['type'] !== undefined) result['type'] = joined['type'];
  return { ...result, ...bounds(joined, result) };
}

function referred(schema: JsonObject, reference: string, references: References): JsonObject {
  const { $ref: _, ...beside } = schema;
  const target = references.find(reference);
  // A reference that stays may have nothing beside it; one to elsewhere says nothing here.
  if (target !== undefined && references.isKept) return { $ref: references.renamed(reference) };
  return convert({ ...target, ...beside }, references);
}

/** A schema may be joined of others that are joined in turn, but hardly deeper than this, unless it is of itself. */
const MOST_JOINTS = 16;

/** `allOf` has no place: its schemas are joined into the one that they stand in. */
function withoutAllOf(schema: JsonObject, references: References, depth = 0): JsonObject {
  const { allOf, ...rest } = schema;
  if (allOf === undefined || depth > MOST_JOINTS) return rest;
  let joined: JsonObject = rest;
  for (const part of asArray(allOf)) {
    joined = both(joined, withoutAllOf(references.resolved(part), references, depth + 1));
  }
  return joined;
}

/** One schema of two: the first's word counts where they contradict each other. */
function both(first: JsonObject, second: JsonObject): JsonObject {
  const joined: Record<string, unknown> = { ...second, ...first };
  if (first['properties'] !== undefined && second['properties'] !== undefined) {
    joined['properties'] = { ...asObject(second['properties']), ...asObject(first['properties']) };
  }
  if (first['required'] !== undefined && second['required'] !== undefined) {
    joined['required'] = [...new Set([...asArray(first['required']), ...asArray(second['required'])])];
  }
  return joined;
}

/** Only texts and numbers can be enumerated; `null` among them becomes a type. */
function enumOf(values: readonly unknown[]): JsonObject {
  const possible = values.filter((value) => value !== null);
  const isPossible = possible.every((value) => typeof value === 'string' || typeof value === 'number');
  if (!isPossible || possible.length === 0) return values.length === 1 ? { type: typeNameOf(values[0]) } : {};
  const types = [...new Set(possible.map((value) => typeNameOf(value)))];
  const all = possible.length === values.length ? types : [...types, 'null'];
  return { type: all.length === 1 ? all[0] : all, enum: possible };
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

/** Bounds that the value itself is outside of, said as such that it is inside of: exactly for whole numbers. */
function bounds(schema: JsonObject, result: JsonObject): JsonObject {
  const [above, below] = [schema['exclusiveMinimum'], schema['exclusiveMaximum']];
  const step = schema['type'] === 'integer' ? 1 : 0;
  return {
    ...(typeof above === 'number' && result['minimum'] === undefined ? { minimum: above + step } : {}),
    ...(typeof below === 'number' && result['maximum'] === undefined ? { maximum: below - step } : {}),
  };
}

function list(value: unknown, references: References): JsonObject[] {
  return asArray(value).map((schema) => convert(schema, references));
}

function mapped(value: unknown, references: References): JsonObject {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).map(([name, schema]) => [name, convert(schema, references)]),
  );
}

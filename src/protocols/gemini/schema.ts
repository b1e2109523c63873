import type { Work } from '../../core/work.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { References } from './schema-references.ts';

/**
 * Converts a JSON Schema for `parametersJsonSchema` and `responseJsonSchema`. It keeps the keywords that Google
 * documents for them and those of Google's own schemas, and nothing else
 * (https://ai.google.dev/api/generate-content#FIELDS.response_json_schema). Internal references are replaced unless
 * they are recursive. `place` is where the schema stands in the request. Throws TooComplex.
 */
export function supportedSchema(schema: JsonObject, work: Work, place: string): JsonObject {
  const references = new References(schema, work, place);
  const converted = convert(schema, references);
  return references.isKept ? { ...converted, $defs: mapped(references.all, references) } : converted;
}

/** Keywords that pass unchanged. */
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

/** Keywords that list values. */
const LISTED = new Set(['enum', 'const']);

type Converter = (value: unknown, references: References) => JsonObject;

/** Keywords that hold schemas, or have to be rewritten. */
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
  references.visit();
  // `true` allows any value.
  if (schema === undefined) return {};
  const reference = asString(schema['$ref']);
  if (reference !== undefined) return referred(schema, reference, references);
  const alone = soleReference(schema, references);
  if (alone !== undefined) return { $ref: references.renamed(alone) };
  const { whole, joinedIn } = withoutAllOf(schema, references);
  references.enter(joinedIn);
  const result: Record<string, unknown> = {};
  for (const [keyword, inner] of Object.entries(whole)) {
    if (PLAIN.has(keyword) || LISTED.has(keyword)) references.write(inner);
    if (PLAIN.has(keyword)) result[keyword] = inner;
    else if (Object.hasOwn(CONVERTED, keyword)) Object.assign(result, CONVERTED[keyword]?.(inner, references));
  }
  const { type, nullable } = whole;
  // OpenAPI's keyword. MCP servers and clients of Gemini models use it elsewhere, too.
  if (type !== undefined) result['type'] = nullable === true && typeof type === 'string' ? [type, 'null'] : type;
  references.leave(joinedIn);
  return { ...result, ...bounds(whole, result) };
}

function referred(schema: JsonObject, reference: string, references: References): JsonObject {
  const { $ref: _, ...beside } = schema;
  const target = references.find(reference);
  // A remaining reference must stand alone. A reference to another document means nothing here.
  if (target !== undefined && references.isKept) return { $ref: references.renamed(reference) };
  return convert({ ...target, ...beside }, references);
}

/** Keywords that do not restrict values. They may be left out beside a reference. */
const REMARKS = new Set(['allOf', 'title', 'description', 'default', 'type', 'nullable']);

/** A schema that is only a reference, as some generators write it beside a description. */
function soleReference(schema: JsonObject, references: References): string | undefined {
  const parts = asArray(schema['allOf']);
  if (!references.isKept || parts.length !== 1 || !Object.keys(schema).every((key) => REMARKS.has(key)))
    return undefined;
  const reference = asString(asObject(parts[0])?.['$ref']);
  return reference !== undefined && references.find(reference) !== undefined ? reference : undefined;
}

/** A schema without `allOf`. */
interface Joined {
  readonly whole: JsonObject;
  /** The references that were followed to merge other schemas into it. */
  readonly joinedIn: ReadonlySet<string>;
}

const NOTHING_JOINED: ReadonlySet<string> = new Set();

/** `allOf` is not supported, so its schemas are merged into the schema around them. */
function withoutAllOf(schema: JsonObject, references: References): Joined {
  if (schema['allOf'] === undefined) return { whole: schema, joinedIn: NOTHING_JOINED };
  const joinedIn = new Set<string>();
  return { whole: joined(piecesOf(schema, references, joinedIn)), joinedIn };
}

/**
 * A schema and all schemas of its `allOf`, each once and without their own `allOf`; outer before inner. Adds the
 * followed references to `seen`.
 */
function piecesOf(schema: JsonObject, references: References, seen: Set<string>): JsonObject[] {
  const pieces: JsonObject[] = [];
  const waiting: unknown[] = [schema];
  while (waiting.length > 0) {
    const { $ref: reference, allOf, ...rest } = asObject(waiting.pop()) ?? {};
    references.visit(Object.keys(rest).length + asArray(rest['required']).length);
    pieces.push(rest);
    const parts = asArray(allOf);
    for (let at = parts.length - 1; at >= 0; at--) waiting.push(parts[at]);
    // A schema that refers to itself adds nothing the second time.
    const name = asString(reference);
    if (name === undefined || seen.has(name) || references.isEntered(name)) continue;
    seen.add(name);
    waiting.push(references.find(name));
  }
  return pieces;
}

/** Merges schemas. If they contradict each other, the first wins. */
function joined(pieces: readonly JsonObject[]): JsonObject {
  const schema: Record<string, unknown> = {};
  const properties: Record<string, unknown> = {};
  const required = new Set<unknown>();
  let propertiesIn = 0;
  let requiredIn = 0;
  for (const piece of pieces.toReversed()) {
    Object.assign(schema, piece);
    if (piece['properties'] === undefined) continue;
    propertiesIn++;
    Object.assign(properties, asObject(piece['properties']));
  }
  for (const piece of pieces) {
    if (piece['required'] === undefined) continue;
    requiredIn++;
    for (const name of asArray(piece['required'])) required.add(name);
  }
  if (propertiesIn > 1) schema['properties'] = properties;
  if (requiredIn > 1) schema['required'] = [...required];
  return schema;
}

/** An `enum` can hold texts and numbers only. `null` becomes a type. */
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

/** Turns exclusive bounds into inclusive ones; exact for integers. */
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

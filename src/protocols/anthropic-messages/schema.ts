import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { resolved } from '../shared/tools/schema.ts';

/** The string formats that Anthropic enforces. */
const FORMATS: ReadonlySet<unknown> = new Set(
  'date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '),
);
const KEPT: ReadonlySet<string> = new Set(
  'type description title enum const default required $ref additionalProperties'.split(' '),
);
const ALTERNATIVES: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf']);
const DEFINITIONS: ReadonlySet<string> = new Set(['$defs', 'definitions']);

/**
 * A schema in the subset of JSON Schema that Anthropic enforces. Objects are closed, and unknown constraints move into
 * the description, as in Anthropic's SDKs. Undefined for a schema outside the subset: objects with free keys, recursive
 * schemas, external references or references within `allOf`, and `enum` values that are objects or lists.
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */
export function strictSchema(schema: JsonObject): JsonObject | undefined {
  return new StrictCheck(schema).passes(schema) ? strict(schema) : undefined;
}

function strict(schema: JsonObject): JsonObject {
  const result: Record<string, unknown> = {};
  const told: string[] = [];
  let isNullable = false;
  for (const [key, value] of Object.entries(schema)) {
    if (
      KEPT.has(key) ||
      (key === 'format' && FORMATS.has(value)) ||
      (key === 'minItems' && (value === 0 || value === 1))
    ) {
      result[key] = value;
    } else if (key === 'properties' || DEFINITIONS.has(key)) {
      result[key] = mapped(asObject(value) ?? {});
    } else if (key === 'items') {
      result[key] = strict(asObject(value) ?? {});
    } else if (ALTERNATIVES.has(key)) {
      // `oneOf` is not enforced, so it becomes `anyOf`.
      result[key === 'oneOf' ? 'anyOf' : key] = asArray(value).map((one) => strict(asObject(one) ?? {}));
    } else if (key === 'nullable' && typeof schema['type'] === 'string') {
      // OpenAPI's keyword, which other clients use as well.
      isNullable = value === true;
    } else if (key !== '$schema' && key !== '$id') {
      told.push(`${key}: ${JSON.stringify(value)}`);
    }
  }
  if (isObjectSchema(schema)) result['additionalProperties'] = false;
  if (isNullable) {
    result['type'] = [schema['type'], 'null'];
    if (Array.isArray(schema['enum'])) result['enum'] = [...asArray(schema['enum']), null];
  }
  if (told.length > 0) {
    const description = asString(schema['description']);
    result['description'] = `${description === undefined ? '' : `${description}\n\n`}{${told.join(', ')}}`;
  }
  return result;
}

function mapped(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, strict(asObject(one) ?? {})]));
}

/** How deep a schema may be, including what its references point to. */
const DEEPEST = 256;

/** Visits a schema once, however many references lead to it. */
class StrictCheck {
  /** The schemas being visited. A reference back to one of them is recursive. */
  readonly #open = new Set<JsonObject>();
  readonly #passed = new Set<JsonObject>();

  constructor(private readonly root: JsonObject) {}

  passes(value: unknown): boolean {
    const schema = asObject(value);
    if (schema === undefined || this.#open.has(schema) || this.#open.size >= DEEPEST) return false;
    if (this.#passed.has(schema)) return true;
    this.#open.add(schema);
    const passes = isClosed(schema) && hasPlainValues(schema) && this.#below(schema).every((one) => this.passes(one));
    this.#open.delete(schema);
    if (passes) this.#passed.add(schema);
    return passes;
  }

  #below(schema: JsonObject): readonly unknown[] {
    const ref = asString(schema['$ref']);
    if (ref !== undefined) return [resolved(ref, this.root)];
    return [
      ...Object.values(asObject(schema['properties']) ?? {}),
      ...[...ALTERNATIVES].flatMap((key) => asArray(schema[key])),
      ...(schema['items'] === undefined ? [] : [schema['items']]),
    ];
  }
}

/** Whether an object allows known keys only. */
function isClosed(schema: JsonObject): boolean {
  if (asString(schema['$ref']) !== undefined) return true;
  const free = schema['additionalProperties'];
  if (schema['patternProperties'] !== undefined || (free !== undefined && free !== false)) return false;
  return !isObjectSchema(schema) || asObject(schema['properties']) !== undefined || free !== undefined;
}

function hasPlainValues(schema: JsonObject): boolean {
  const values = [...asArray(schema['enum']), schema['const']];
  return (
    values.every((value) => typeof value !== 'object' || value === null) &&
    asArray(schema['allOf']).every((part) => asObject(part)?.['$ref'] === undefined)
  );
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return type === 'object' || asArray(type).includes('object') || properties !== undefined;
}

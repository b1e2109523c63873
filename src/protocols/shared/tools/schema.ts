import { asArray, asObject, asString, ownMember, type JsonObject } from '../../../lib/json.ts';

/** The parameters of a tool as APIs take them, and what of the schema was lost. */
export interface ToolSchema {
  readonly schema: JsonObject;
  /** Keywords at the root that were left out. */
  readonly lost: readonly string[];
}

/**
 * The schema of a tool's parameters as OpenAI and Anthropic demand it: with `type: "object"`, and without alternatives
 * or anything else at the root that is not an object's (https://github.com/langchain-ai/langchainjs/issues/9804,
 * https://github.com/anthropics/claude-code/issues/40075). Alternatives are merged: each of their properties is
 * allowed, and those that all of them require are required.
 */
export function toolSchema(parameters: JsonObject | undefined, finish: Finish = asItIs): ToolSchema {
  if (parameters === undefined) return { schema: NOTHING, lost: [] };
  const root = dereferenced(plainSchema(parameters, finish));
  if (isFlat(root)) return { schema: root, lost: [] };
  const flattening = new Flattening(root);
  const { properties, required } = flattening.flat(root, 0);
  const { type, ...rest } = root;
  const isObject = type === undefined || type === 'object' || asArray(type).includes('object');
  const kept = Object.entries(rest).filter(([key]) => !NOT_AT_ROOT.has(key));
  return {
    schema: {
      type: 'object',
      ...Object.fromEntries(kept),
      properties: Object.fromEntries([...properties].map(([name, schemas]) => [name, eitherOf([...schemas])])),
      ...(required.size > 0 || root['required'] !== undefined ? { required: [...required] } : {}),
    },
    lost: isObject ? [...flattening.lost] : ['type', ...flattening.lost],
  };
}

/** The parameters of a tool that takes none. */
export const NOTHING: JsonObject = { type: 'object', properties: {} };

/** Resolves a root that is a reference. */
function dereferenced(root: JsonObject): JsonObject {
  const reference = asString(root['$ref']);
  const target = reference === undefined ? undefined : asObject(resolved(reference, root));
  if (target === undefined || target === root) return root;
  const { $ref: _, ...beside } = root;
  return { ...target, ...beside };
}

/** An API's own changes to every schema. Returns the same object if nothing changes. */
export type Finish = (schema: JsonObject) => JsonObject;

function asItIs(schema: JsonObject): JsonObject {
  return schema;
}

/**
 * The schema in a form that every API reads: `true`, which allows any value, becomes `{}`. The same object if nothing
 * changes.
 */
export function plainSchema(schema: JsonObject, finish: Finish = asItIs): JsonObject {
  let changed: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(schema)) {
    const plain = plainMember(key, value, finish);
    if (plain !== value) (changed ??= { ...schema })[key] = plain;
  }
  return finish(changed ?? schema);
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const OF_SCHEMA: ReadonlySet<string> = new Set(['items', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']);
const OF_LIST: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const OF_NAMES: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

function plainMember(key: string, value: unknown, finish: Finish): unknown {
  if (OF_SCHEMA.has(key)) return Array.isArray(value) ? plainList(value, finish) : plainValue(value, finish);
  if (OF_LIST.has(key)) return Array.isArray(value) ? plainList(value, finish) : value;
  if (key === 'additionalProperties') return typeof value === 'boolean' ? value : plainValue(value, finish);
  const named = OF_NAMES.has(key) ? asObject(value) : undefined;
  if (named === undefined) return value;
  let changed: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(named)) {
    const plain = plainValue(inner, finish);
    if (plain === inner) continue;
    changed ??= Object.fromEntries(Object.entries(named));
    Object.defineProperty(changed, name, { value: plain, enumerable: true, configurable: true, writable: true });
  }
  return changed ?? value;
}

function plainList(list: readonly unknown[], finish: Finish): readonly unknown[] {
  const plain = list.map((value) => plainValue(value, finish));
  return plain.some((value, at) => value !== list[at]) ? plain : list;
}

function plainValue(value: unknown, finish: Finish): unknown {
  if (typeof value === 'boolean') return value ? {} : { not: {} };
  const schema = asObject(value);
  return schema === undefined ? value : plainSchema(schema, finish);
}

/** Keywords that are not allowed at the root. */
const NOT_AT_ROOT: ReadonlySet<string> = new Set(['$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'enum', 'const']);

function isFlat(root: JsonObject): boolean {
  const { type, properties } = root;
  if (type !== 'object' || (properties !== undefined && asObject(properties) === undefined)) return false;
  for (const key of NOT_AT_ROOT) if (root[key] !== undefined) return false;
  return true;
}

/** The properties that an object may have, each with its schemas, and those that it must have. */
interface Members {
  readonly properties: Map<string, Set<unknown>>;
  readonly required: Set<string>;
}

/** The longest chain of references. */
const DEEPEST = 256;

/** Visits a schema once, however many references lead to it. */
class Flattening {
  readonly lost = new Set<string>();
  readonly #seen = new Set<JsonObject>();

  constructor(private readonly root: JsonObject) {}

  flat(schema: JsonObject, depth: number): Members {
    const members: Members = { properties: new Map(), required: new Set() };
    if (this.#seen.has(schema) || depth > DEEPEST) return members;
    this.#seen.add(schema);
    for (const [name, inner] of Object.entries(asObject(schema['properties']) ?? {})) allow(members, name, [inner]);
    for (const name of asArray(schema['required'])) if (typeof name === 'string') members.required.add(name);
    const reference = asString(schema['$ref']);
    for (const part of [
      ...(reference === undefined ? [] : [resolved(reference, this.root)]),
      ...asArray(schema['allOf']),
    ]) {
      const inner = this.flat(asObject(part) ?? {}, depth + 1);
      for (const [name, schemas] of inner.properties) if (!members.properties.has(name)) allow(members, name, schemas);
      for (const name of inner.required) members.required.add(name);
    }
    for (const keyword of ['anyOf', 'oneOf']) {
      if (schema[keyword] !== undefined) this.#alternatives(schema[keyword], keyword, { members, depth });
    }
    if (reference !== undefined && resolved(reference, this.root) === undefined) this.lost.add('$ref');
    for (const keyword of ['not', 'enum', 'const']) if (schema[keyword] !== undefined) this.lost.add(keyword);
    return members;
  }

  #alternatives(
    value: unknown,
    keyword: string,
    { members, depth }: { readonly members: Members; readonly depth: number },
  ): void {
    const parts = asArray(value)
      .flatMap((part): JsonObject[] => [asObject(part) ?? {}])
      // A call always has arguments, so `null` is no alternative.
      .filter(({ type }) => type !== 'null')
      .map((part) => this.flat(part, depth + 1));
    if (parts.length !== 1) this.lost.add(keyword);
    const demanded = new Map<string, number>();
    for (const { properties, required } of parts) {
      for (const [name, schemas] of properties) allow(members, name, schemas);
      for (const name of required) demanded.set(name, (demanded.get(name) ?? 0) + 1);
    }
    for (const [name, times] of demanded) if (times === parts.length) members.required.add(name);
  }
}

function allow({ properties }: Members, name: string, schemas: Iterable<unknown>): void {
  const known = properties.get(name);
  if (known === undefined) properties.set(name, new Set(schemas));
  else for (const schema of schemas) known.add(schema);
}

function eitherOf(schemas: readonly unknown[]): unknown {
  if (schemas.length === 1) return schemas[0];
  const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]));
  return distinct.size === 1 ? schemas[0] : { anyOf: [...distinct.values()] };
}

/** What a reference within the schema (`#/$defs/Name`) points to. */
export function resolved(reference: string, root: JsonObject): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => ownMember(at, name.replaceAll('~1', '/').replaceAll('~0', '~')), root);
}

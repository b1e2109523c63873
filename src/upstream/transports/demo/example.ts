import { ownMember } from '../../../lib/json.ts';

/** A JSON Schema as it came from a client: any member may be missing or of a wrong type. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How many values an example may hold: recursive or huge schemas are cut short with nulls, not followed. */
const MAX_VALUES = 500;
const MAX_ITEMS = 20;
/** What a schema gives itself counts as a value for each so many characters of its JSON. */
const UNITS_PER_VALUE = 100;
const MAX_CHARACTERS = 1_000;

/**
 * The simplest value that a JSON Schema roughly allows, always the same one: required properties only, the first of
 * several choices. Patterns and the rarer keywords are not looked at.
 */
export function exampleOf(schema: unknown): unknown {
  return valueOf(schema, { root: schema, left: MAX_VALUES });
}

interface Budget {
  readonly root: unknown;
  left: number;
}

function valueOf(given: unknown, budget: Budget): unknown {
  if (--budget.left < 0) return null;
  if (!isObject(given)) return 'demo';
  const schema = given;
  if (typeof schema.$ref === 'string') return valueOf(resolve(schema.$ref, budget.root), budget);
  if ('const' in schema) return written(schema.const, budget);
  if (isFilled(schema.enum)) return written(schema.enum[0], budget);
  if ('default' in schema) return written(schema.default, budget);
  const choices = [schema.anyOf, schema.oneOf].find(isFilled);
  if (choices !== undefined) return valueOf(choices[0], budget);
  if (isFilled(schema.allOf)) return allOf(schema, schema.allOf, budget);
  return typedValue(schema, budget);
}

/** A value as it stands in the schema, which a reference may lead to any number of times. */
function written(value: unknown, budget: Budget): unknown {
  const units = JSON.stringify(value).length;
  budget.left -= Math.floor(units / UNITS_PER_VALUE);
  return budget.left < 0 && units > UNITS_PER_VALUE ? null : value;
}

function typedValue(schema: JsonSchema, budget: Budget): unknown {
  const type = isFilled(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  switch (type ?? (isObject(schema.properties) ? 'object' : schema.items === undefined ? 'string' : 'array')) {
    case 'object':
      return objectOf(schema, budget);
    case 'array':
      return Array.from({ length: clamp(schema.minItems, 1, MAX_ITEMS) }, () => valueOf(schema.items, budget));
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textOf(schema);
  }
}

function objectOf(schema: JsonSchema, budget: Budget): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const names = required.filter((name) => typeof name === 'string').slice(0, MAX_VALUES);
  return Object.fromEntries(names.map((name) => [name, valueOf(ownMember(properties, name), budget)]));
}

function allOf(schema: JsonSchema, parts: readonly unknown[], budget: Budget): unknown {
  const values = parts.slice(0, Math.max(0, budget.left)).map((part) => valueOf(part, budget));
  const objects = [...values, typedValue(schema, budget)].filter(isObject);
  return objects.length === 0 ? (values[0] ?? null) : Object.assign({}, ...objects);
}

function numberOf(schema: JsonSchema): number {
  const step = schema.type === 'integer' || !isNumber(schema.exclusiveMinimum) ? 1 : 0.5;
  const least = isNumber(schema.exclusiveMinimum) ? schema.exclusiveMinimum + step : schema.minimum;
  const most = schema.maximum;
  const value = isNumber(least) ? Math.max(1, least) : 1;
  return isNumber(most) ? Math.min(value, most) : value;
}

const FORMATS: ReadonlyMap<unknown, string> = new Map([
  ['date', '2026-01-01'],
  ['date-time', '2026-01-01T00:00:00Z'],
  ['time', '00:00:00Z'],
  ['duration', 'PT1H'],
  ['email', 'demo@example.com'],
  ['hostname', 'example.com'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
]);

function textOf(schema: JsonSchema): string {
  const format = FORMATS.get(schema.format);
  if (format !== undefined) return format;
  const length = clamp(schema.minLength, 4, MAX_CHARACTERS);
  return 'demo'.padEnd(length, '-demo').slice(0, clamp(schema.maxLength, 0, length, length));
}

/** Follows a local reference (`#/$defs/name`); anything else gives undefined. */
function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  const keys = reference
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>(
    (at, key) => ((isObject(at) || Array.isArray(at)) && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    root,
  );
}

function clamp(value: unknown, least: number, most: number, otherwise: number = least): number {
  return isNumber(value) ? Math.floor(Math.min(Math.max(value, least), most)) : otherwise;
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { z } from 'zod';
import type { ConfigPath } from './problem.ts';

type Schema = z.core.$ZodType;

/** The kind of value that a schema accepts, without its defaults, options and transforms. */
export type Shape =
  | { kind: 'map'; keys: Record<string, Schema>; /** Or plain text, for a map of one key. */ orText: boolean }
  | { kind: 'record'; values: Schema }
  | { kind: 'list'; items: Schema }
  /** Text, even if YAML reads it as a number. */
  | { kind: 'text' }
  /** A number, a boolean, or one of several types. */
  | { kind: 'value' };

/** The shape of the values that `schema` accepts. */
export function shapeOf(schema: Schema): Shape {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return { kind: 'map', keys: inner.shape, orText: false };
  const map = inner instanceof z.ZodUnion ? mapAmong(inner.options) : undefined;
  if (map !== undefined) return { kind: 'map', keys: map.shape, orText: true };
  if (inner instanceof z.ZodRecord) return { kind: 'record', values: inner.valueType };
  if (inner instanceof z.ZodArray) return { kind: 'list', items: inner.element };
  // A decimal is read as it is written: as a number it would lose digits.
  const isText = inner instanceof z.ZodString || inner instanceof z.ZodEnum || metaOf(schema)['kind'] === 'decimal';
  return { kind: isText ? 'text' : 'value' };
}

/** The map among the options of a union, if there is one. */
export function mapAmong(options: readonly Schema[]): z.ZodObject | undefined {
  return options.find((option) => option instanceof z.ZodObject);
}

/** The schema of the value at `key`; undefined where no such key is known. */
export function childSchema(schema: Schema, key: PropertyKey): Schema | undefined {
  const shape = shapeOf(schema);
  if (shape.kind === 'list') return shape.items;
  if (shape.kind === 'record') return shape.values;
  return shape.kind === 'map' && Object.hasOwn(shape.keys, key) ? shape.keys[String(key)] : undefined;
}

/** The schema at `path` under `root`; undefined where there is none. */
export function schemaAt(root: Schema, path: ConfigPath): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const key of path) schema = schema && childSchema(schema, key);
  return schema;
}

/** Whether the value is secret: it may be `file:PATH`, and is never shown. */
export function isSecret(schema: Schema): boolean {
  return metaOf(schema)['secret'] === true;
}

/** Whether an error message may quote the value. */
export function isShowable(schema: Schema): boolean {
  return !isSecret(schema) && metaOf(schema)['hidden'] !== true;
}

/** Whether the value is a duration, which is parsed to milliseconds. */
export function isDuration(schema: Schema): boolean {
  const { kind } = metaOf(schema);
  return kind === 'duration' || kind === 'duration or `p95`';
}

/** Whether `schema` is a percentage: text in a file, a share in the parsed config. */
export function isPercentage(schema: Schema): boolean {
  return metaOf(schema)['kind'] === 'percentage';
}

/** The values that `schema` allows, as a noun phrase for messages. */
export function allowedBy(schema: Schema): string {
  const allowed = metaOf(schema)['allowed'];
  if (typeof allowed === 'string') return allowed;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return `a map with the keys ${Object.keys(inner.shape).join(', ')}`;
  if (inner instanceof z.ZodRecord) return 'a map';
  if (inner instanceof z.ZodArray) return 'a list';
  if (inner instanceof z.ZodBoolean) return 'true or false';
  if (inner instanceof z.ZodEnum) return `one of ${inner.options.join(', ')}`;
  if (inner instanceof z.ZodNumber) return allowedNumber(inner);
  return 'text';
}

function allowedNumber(schema: z.ZodNumber): string {
  const { exclusiveMinimum, minimum } = z.toJSONSchema(schema);
  const noun = schema.format?.includes('int') ? 'a whole number' : 'a number';
  if (exclusiveMinimum !== undefined) return `${noun} above ${exclusiveMinimum}`;
  return minimum === undefined ? noun : `${noun}, ${minimum} or more`;
}

/** The metadata of a schema and of what it wraps; the outer one wins. */
function metaOf(schema: Schema): Record<string, unknown> {
  const inner = innerOf(schema);
  return { ...(inner && metaOf(inner)), ...z.globalRegistry.get(schema) };
}

function unwrap(schema: Schema): Schema {
  const inner = innerOf(schema);
  return inner ? unwrap(inner) : schema;
}

/** What `schema` wraps, on its input side; undefined when it wraps nothing. */
function innerOf(schema: Schema): Schema | undefined {
  if (schema instanceof z.ZodPipe) return schema.in;
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wraps ? schema.unwrap() : undefined;
}

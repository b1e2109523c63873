import { formatDuration } from '../lib/duration.ts';
import { formatPercentage } from '../lib/percentage.ts';
import type { Config } from './schema.ts';
import { configSchema } from './schema.ts';
import { childSchema, isDuration, isPercentage, isShowable, shapeOf } from './shape.ts';
import { SECRET } from './shown-config.ts';
import type { z } from 'zod';

/** One difference between two configs. Undefined: the key is absent. */
export interface ConfigChange {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Schema = z.core.$ZodType;

/** What differs between two configs, by key, in the order of the schema; secrets are shown as `(secret)`. */
export function diffConfig(before: Config, after: Config): ConfigChange[] {
  return [...differences('', before, after, configSchema)];
}

/** `backends.openai.url: https://a → https://b`, `models.gpt-4: added`, `proxy_api_key: changed (secret)`. */
export function formatChange({ key, before, after }: ConfigChange): string {
  if (before === SECRET && after === SECRET) return `${key}: changed (secret)`;
  if (before === undefined) return after === '' ? `${key}: added` : `${key}: set to ${after}`;
  if (after === undefined) return before === '' ? `${key}: removed` : `${key}: no longer ${before}`;
  return `${key}: ${before} → ${after}`;
}

function* differences(key: string, before: unknown, after: unknown, schema: Schema): Generator<ConfigChange> {
  if (Bun.deepEquals(before, after)) return;
  const parts = [partsOf(before), partsOf(after)] as const;
  if (parts[0] === undefined || parts[1] === undefined) {
    yield { key, before: shown(before, schema), after: shown(after, schema) };
    return;
  }
  for (const name of new Set([...orderOf(schema), ...parts[0].keys(), ...parts[1].keys()])) {
    const child = Array.isArray(before) || Array.isArray(after) ? childSchema(schema, 0) : childSchema(schema, name);
    if (child === undefined) continue;
    const place = Array.isArray(before) && isRouteName(name) ? `${key}[${name}]` : key === '' ? name : `${key}.${name}`;
    yield* differences(place, parts[0].get(name), parts[1].get(name), child);
  }
}

/** The keys of a map in the order of the schema, which is that of the documentation. */
function orderOf(schema: Schema): readonly string[] {
  const shape = shapeOf(schema);
  return shape.kind === 'map' ? Object.keys(shape.keys) : [];
}

/** The members of a map, or of a list of named things; undefined for anything else, such as a list of plain values. */
function partsOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const named = (value as unknown[]).map((item) => [nameOf(item), item] as const);
    return named.every((pair): pair is readonly [string, unknown] => pair[0] !== undefined)
      ? new Map(named)
      : undefined;
  }
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

/** A backend's name, or `backend/model` of a route. */
function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { name, backend, model } = item as { name?: string; backend?: string; model?: string };
  return name ?? (backend === undefined ? undefined : `${backend}/${model}`);
}

function isRouteName(name: string): boolean {
  return name.includes('/');
}

/** A value as a log line shows it; empty for a whole map, undefined for an absent one. */
function shown(value: unknown, schema: Schema): string | undefined {
  if (value === undefined) return undefined;
  if (!isShowable(schema)) return SECRET;
  if (partsOf(value) !== undefined) return '';
  if (typeof value === 'number' && isDuration(schema)) return formatDuration(value);
  return typeof value === 'number' && isPercentage(schema) ? formatPercentage(value) : JSON.stringify(value);
}

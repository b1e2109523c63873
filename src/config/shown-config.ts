import type { z } from 'zod';
import { formatDuration } from '../lib/duration.ts';
import { formatPercentage } from '../lib/percentage.ts';
import { configSchema, type Config } from './schema.ts';
import { childSchema, isDuration, isPercentage, isShowable } from './shape.ts';

type Schema = z.core.$ZodType;

/** Takes the place of a secret. */
export const SECRET = '(secret)';

/** A config as JSON, with its defaults, for operators to read: durations as in the file, and no secrets. */
export function shownConfig(config: Config): Record<string, unknown> {
  return shown(config, configSchema) as Record<string, unknown>;
}

function shown(value: unknown, schema: Schema): unknown {
  if (value === undefined || value === null) return null;
  if (!isShowable(schema)) return SECRET;
  if (Array.isArray(value)) return (value as unknown[]).map((item, at) => shownBelow(item, schema, at));
  if (typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([name, inner]) => [name, shownBelow(inner, schema, name)]),
    );
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return null;
  if (isDuration(schema)) return formatDuration(value);
  return isPercentage(schema) ? formatPercentage(value) : value;
}

/** What no schema knows may be anything, a secret as well. */
function shownBelow(value: unknown, schema: Schema, name: PropertyKey): unknown {
  const child = childSchema(schema, name);
  if (child !== undefined) return shown(value, child);
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : SECRET;
}

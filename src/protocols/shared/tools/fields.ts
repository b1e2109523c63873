import { field as fieldAt, leftOut, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import { asObject, type JsonObject } from '../../../lib/json.ts';
import { refuseField } from '../request/fields.ts';

/** A tool's description. Refuses what is none. */
export function descriptionIn(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : refuseField(field, 'has to be a string');
}

/** A tool's `strict`. Refuses what is neither true nor false. */
export function strictIn(value: unknown, field: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'boolean' ? value : refuseField(field, 'has to be true or false');
}

/** The schema of a tool's parameters; `true` and `false` say as little as absence. Refuses what is no schema. */
export function schemaIn(value: unknown, field: string): JsonObject | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return undefined;
  return asObject(value) ?? refuseField(field, 'has to be a JSON Schema of an object');
}

/**
 * The members of tools that have no neutral form, each named once: `tools[].input_examples`. `known` are those that
 * have one, `place` where they stand; what only says what is meant without it is not named.
 */
export function unsupportedToolFields(
  tools: readonly unknown[],
  place: string,
  known: ReadonlySet<string>,
): UnsupportedFeature[] {
  const fields = new Set<string>();
  for (const tool of tools) {
    for (const [field, value] of Object.entries(asObject(tool) ?? {})) {
      if (!known.has(field) && !goesWithoutSaying(field, value)) fields.add(field);
    }
  }
  return [...fields].map((field) => leftOut(fieldAt(`${place}.${field}`)));
}

/** What a tool is where nothing is said: called by the model itself, waited for, and offered from the beginning. */
const USUAL: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['defer_loading', false],
  ['eager_input_streaming', false],
  ['async', false],
  ['behavior', 'BLOCKING'],
]);

function goesWithoutSaying(field: string, value: unknown): boolean {
  if (value === undefined || value === null || field === 'cache_control') return true;
  if (field === 'allowed_callers') return Array.isArray(value) && value.includes('direct');
  return USUAL.has(field) && USUAL.get(field) === value;
}

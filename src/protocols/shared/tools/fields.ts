import { field as fieldAt, leftOut, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import { asObject, type JsonObject } from '../../../lib/json.ts';
import { refuseField } from '../request/fields.ts';

/** Reads a tool's description. Refuses the request if it is not a string. */
export function descriptionIn(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : refuseField(field, 'has to be a string');
}

/** Reads a tool's `strict`. Refuses the request if it is not a boolean. */
export function strictIn(value: unknown, field: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'boolean' ? value : refuseField(field, 'has to be true or false');
}

/**
 * Reads the schema of a tool's parameters. `true` and `false` count as absent. Refuses the request if it is not a
 * schema.
 */
export function schemaIn(value: unknown, field: string): JsonObject | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return undefined;
  return asObject(value) ?? refuseField(field, 'has to be a JSON Schema of an object');
}

/**
 * The fields of tools that have no neutral form, each once: `tools[].input_examples`. `known` are those that have one,
 * `place` is where they stand. Defaults are not reported.
 */
export function unsupportedToolFields(
  tools: readonly unknown[],
  place: string,
  known: ReadonlySet<string>,
): UnsupportedFeature[] {
  const fields = new Set<string>();
  for (const tool of tools) {
    for (const [field, value] of Object.entries(asObject(tool) ?? {})) {
      if (!known.has(field) && !isDefault(field, value)) fields.add(field);
    }
  }
  return [...fields].map((field) => leftOut(fieldAt(`${place}.${field}`)));
}

/** The defaults: the model calls the tool itself, waits for it, and has it from the beginning. */
const DEFAULTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['defer_loading', false],
  ['eager_input_streaming', false],
  ['async', false],
  ['behavior', 'BLOCKING'],
]);

function isDefault(field: string, value: unknown): boolean {
  if (value === undefined || value === null || field === 'cache_control') return true;
  if (field === 'allowed_callers') return Array.isArray(value) && value.includes('direct');
  return DEFAULTS.has(field) && DEFAULTS.get(field) === value;
}

import { asObject, type JsonObject } from '../../lib/json.ts';

/**
 * `value` as an object with member names in camel case; undefined if it is not an object. The API also accepts every
 * field in snake case, and clients mix both. Only the object's own members are renamed.
 */
export function fieldsOf(value: unknown): JsonObject | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  for (const name in object) if (name.includes('_')) return renamed(object);
  return object;
}

function renamed(object: JsonObject): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const camel = camelCase(name);
    if (camel === name || !Object.hasOwn(object, camel)) fields[camel] = value;
  }
  return fields;
}

/** `thought_signature` as `thoughtSignature`. A name in camel case stays as it is. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `models/x` for a bare name. `tunedModels/x`, `publishers/google/models/x` and the like are paths already. */
export function modelName(model: string): string {
  return model.includes('/') ? model : `models/${model}`;
}

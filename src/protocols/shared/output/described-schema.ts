import type { JsonObject } from '../../../lib/json.ts';

/** A schema of the answer with the description of the format, where the dialect has no other place for that. */
export function describedSchema({
  schema,
  description,
}: {
  readonly schema: JsonObject;
  readonly description?: string | undefined;
}): JsonObject {
  return description === undefined || schema['description'] !== undefined ? schema : { ...schema, description };
}

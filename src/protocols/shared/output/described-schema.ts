import type { JsonObject } from '../../../lib/json.ts';

/** The schema of an answer with the format's description in it, for dialects without another place for that. */
export function describedSchema({
  schema,
  description,
}: {
  readonly schema: JsonObject;
  readonly description?: string | undefined;
}): JsonObject {
  return description === undefined || schema['description'] !== undefined ? schema : { ...schema, description };
}

/** What a model is told in words where no field, or not the field alone, makes it answer in JSON. */
export const JSON_INSTRUCTION = 'Answer with one JSON object and nothing else.';

/** The same for JSON of a schema. */
export function schemaInstruction(schema: Readonly<Record<string, unknown>>): string {
  const kind = schema['type'] === undefined || schema['type'] === 'object' ? 'one JSON object' : 'one JSON value';
  return `Answer with ${kind} and nothing else. It has to match this JSON schema:\n${JSON.stringify(schema)}`;
}

import type { OutputFormat } from '../../core/conversation.ts';
import type { JsonObject } from '../../lib/json.ts';
import { plainSchema } from '../shared/tools/schema.ts';
import { withItems } from './function-schema.ts';
import { fitsStrict } from './strict-schema.ts';

/** The schema of an answer as OpenAI's two APIs take it. */
export interface OutputSchema {
  readonly schema: JsonObject;
  readonly strict: boolean | undefined;
  /** The client asked for strictness, and OpenAI would refuse it for this schema. */
  readonly isLax: boolean;
}

/** Writes the schema. */
export function outputSchema(output: Extract<OutputFormat, { type: 'schema' }>): OutputSchema {
  const schema = withType(plainSchema(output.schema, withItems));
  const isLax = output.strict === true && !fitsStrict(schema);
  return { schema, strict: isLax ? undefined : output.strict, isLax };
}

/** OpenAI requires a type at the root. */
function withType(schema: JsonObject): JsonObject {
  return schema['type'] === undefined && schema['$ref'] === undefined ? { type: 'object', ...schema } : schema;
}

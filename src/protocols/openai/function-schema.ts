import type { FunctionTool } from '../../core/conversation.ts';
import { field, tool as toolNamed, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { toolSchema } from '../shared/tools/schema.ts';
import { fitsStrict } from './strict-schema.ts';

/** The parameters of a function as OpenAI's two APIs take them. */
export interface FunctionSchema {
  readonly parameters: JsonObject;
  readonly strict: boolean | undefined;
}

/**
 * Writes them. `strict` is kept only where OpenAI would accept it. What OpenAI would refuse is added to `unsupported`.
 */
export function functionSchema(tool: FunctionTool, unsupported: UnsupportedFeature[]): FunctionSchema {
  const { schema, lost } = toolSchema(tool.parameters, withItems);
  for (const keyword of lost) unsupported.push(weakened(toolNamed(tool.name, keyword)));
  // OpenAI refuses an object without `properties`, even an empty one.
  const parameters = schema['properties'] === undefined ? { ...schema, properties: {} } : schema;
  if (tool.strict !== true) return { parameters, strict: tool.strict };
  if (Object.keys(tool.parameters ?? {}).length === 0) return { parameters: CLOSED, strict: true };
  // A simplified schema could not be enforced as the client meant it.
  if (lost.length === 0 && fitsStrict(parameters)) return { parameters, strict: true };
  unsupported.push(weakened(field('strict')));
  return { parameters, strict: undefined };
}

/** OpenAI refuses an array without `items`. */
export function withItems(schema: JsonObject): JsonObject {
  const isOpen = schema['type'] === 'array' && schema['items'] === undefined && schema['prefixItems'] === undefined;
  return isOpen ? { ...schema, items: {} } : schema;
}

/** The strict parameters of a function that takes none. */
const CLOSED: JsonObject = { type: 'object', properties: {}, required: [], additionalProperties: false };

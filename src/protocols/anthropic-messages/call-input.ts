import { parseExactly } from '../../lib/exact-json.ts';
import { parseObject, type JsonObject } from '../../lib/json.ts';

/** The field of a freeform tool that is a function here. */
const FREEFORM_FIELD = 'input';

/**
 * A call's arguments as the object that `input` has to be. Text that is no JSON object (a call that was cut off, say)
 * is put into one as Anthropic advises: https://docs.claude.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function inputOf(text: string, freeform = false): JsonObject {
  if (freeform) return { [FREEFORM_FIELD]: text };
  if (text.trim() === '') return {};
  return parseExactly(text) ?? { INVALID_JSON: text };
}

/** The plain text of a freeform call from its arguments. */
export function freeformOf(text: string): string {
  const value = parseObject(text)?.[FREEFORM_FIELD];
  return typeof value === 'string' ? value : text;
}

/** A freeform tool's schema. */
export const FREEFORM_SCHEMA: JsonObject = {
  type: 'object',
  properties: { [FREEFORM_FIELD]: { type: 'string' } },
  required: [FREEFORM_FIELD],
  additionalProperties: false,
};

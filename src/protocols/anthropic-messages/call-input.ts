import { parseExactly } from '../../lib/exact-json.ts';
import type { JsonObject } from '../../lib/json.ts';

/**
 * A call's arguments as the object that `input` has to be. Text that is no JSON object (a call that was cut off, say)
 * is put into one as Anthropic advises: https://docs.claude.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function inputOf(text: string, freeform = false): JsonObject {
  if (freeform) return { input: text };
  if (text.trim() === '') return {};
  return parseExactly(text) ?? { INVALID_JSON: text };
}

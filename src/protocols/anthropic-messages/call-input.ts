import { parseExactly } from '../../lib/exact-json.ts';
import type { JsonObject } from '../../lib/json.ts';

/**
 * The arguments of a call as the object that `input` must be. Text that is not a JSON object (of a call that was cut
 * off, for example) goes into a wrapper object, as Anthropic advises:
 * https://docs.claude.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function inputOf(text: string, freeform = false): JsonObject {
  if (freeform) return { input: text };
  if (text.trim() === '') return {};
  return parseExactly(text) ?? { INVALID_JSON: text };
}

import { parseExactly } from '../../lib/exact-json.ts';
import type { JsonObject } from '../../lib/json.ts';

/**
 * The arguments of a call as the object that `args` must be. Text that is not a JSON object becomes its only member
 * `input`.
 */
export function inputOf(text: string, freeform = false): JsonObject {
  if (freeform) return { input: text };
  return parseExactly(text) ?? (text.trim() === '' ? {} : { input: text });
}

import { parseExactly } from '../../lib/exact-json.ts';
import type { JsonObject } from '../../lib/json.ts';

/** A call's arguments as the object that `args` has to be; text that is no JSON object is its one member `input`. */
export function inputOf(text: string, freeform = false): JsonObject {
  if (freeform) return { input: text };
  return parseExactly(text) ?? (text.trim() === '' ? {} : { input: text });
}

import { jsonExtent, SMALL_UNITS, USUAL_EXTENT } from './json-extent.ts';

/**
 * Whether the JSON text can be parsed and written again without care: a text within a text (a call's arguments) has its
 * own nesting, which nobody saw when the outer one was measured. It is held to what is usual, whatever limits the config
 * sets for bodies.
 */
export function isModestJson(text: string): boolean {
  if (text.length <= SMALL_UNITS) return true;
  const { nesting, values } = jsonExtent(text, USUAL_EXTENT);
  return nesting <= USUAL_EXTENT.nesting && values <= USUAL_EXTENT.values;
}

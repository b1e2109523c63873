import { jsonExtent } from './json-extent.ts';

/** A shorter text holds too little to be measured. */
const SMALL_UNITS = 4096;
/** What nobody sends, and what the defaults of `server.max_nesting` and `server.max_values` allow. */
const MOST = { nesting: 256, values: 1_000_000 };

/**
 * Whether the JSON text can be parsed and written again without care: a text within a text (a call's arguments) has its
 * own nesting, which nobody saw when the outer one was measured.
 */
export function isModestJson(text: string): boolean {
  if (text.length <= SMALL_UNITS) return true;
  const { nesting, values } = jsonExtent(text, MOST);
  return nesting <= MOST.nesting && values <= MOST.values;
}

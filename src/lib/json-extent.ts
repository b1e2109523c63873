import { stringEnd } from './json-span.ts';

/** How much there is in a JSON text. */
export interface JsonExtent {
  /** Objects, lists and texts, names of members included. Numbers and words (`true`, `null`) cost next to nothing. */
  readonly values: number;
  /** How deep its objects and lists stand within each other. */
  readonly nesting: number;
}

/** What nobody sends more of: the defaults of `server.max_nesting` and `server.max_values`. */
export const USUAL_EXTENT: JsonExtent = { nesting: 256, values: 1_000_000 };

/** A text of no more UTF-16 units holds too little to be measured before it is parsed. */
export const SMALL_UNITS = 4096;

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** `[` and `]` differ from `{` and `}` in this bit alone. */
const BRACE_BIT = 0x20;

/**
 * Measures a JSON text without parsing it, and stops once it is beyond `most` in either: what it returns then is only
 * known to be beyond. Of a text that is no JSON the numbers mean nothing. Takes time in proportion to the length; what
 * stands within quotes is skipped at the speed of a native search.
 */
export function jsonExtent(text: string, most: JsonExtent): JsonExtent {
  let values = 0;
  let nesting = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      values++;
      at = stringEnd(text, at) - 1;
    } else if (code >= OPEN_BRACKET) {
      const brace = code | BRACE_BIT;
      if (brace === OPEN_BRACE) {
        values++;
        if (++depth > nesting) nesting = depth;
        if (nesting > most.nesting) break;
      } else if (brace === CLOSE_BRACE) depth--;
    } else continue;
    if (values > most.values) break;
  }
  return { values, nesting };
}

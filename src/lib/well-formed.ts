/**
 * The JSON of a value. Halves of characters, which JavaScript lets stand alone (a text that was cut off in an emoji), are
 * U+FFFD: many parsers refuse a whole body for one.
 */
export function wellFormedJson(value: unknown): string {
  const text = JSON.stringify(value);
  return HALF.test(text)
    ? JSON.stringify(value, (_key, item: unknown) => (typeof item === 'string' ? item.toWellFormed() : item))
    : text;
}

/** JSON.stringify escapes halves, and halves only. */
const HALF = /\\ud[89a-f]/;

import { asObject, type JsonObject } from '../../lib/json.ts';

/** From so many digits on a number may not fit into a double. */
const MANY_DIGITS = 16;

/**
 * The object that `text` is the JSON of, as a value for JSON.stringify; undefined if it is none. Numbers that are longer
 * than a double can be (ids, mostly) come out as they stood.
 */
export function exactObject(text: string): JsonObject | undefined {
  try {
    return asObject(hasLongNumber(text) ? parse(text, kept) : JSON.parse(text));
  } catch {
    return undefined;
  }
}

function kept(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && source.length >= MANY_DIGITS && String(value) !== source
    ? rawJson(source)
    : value;
}

/** ES2026: what a value was parsed from, and a way to write it; the types do not know them yet. */
const { parse, rawJSON: rawJson } = JSON as unknown as {
  readonly parse: (text: string, reviver: typeof kept) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

function hasLongNumber(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    digits = code >= 48 && code <= 57 ? digits + 1 : 0;
    if (digits >= MANY_DIGITS) return true;
  }
  return false;
}

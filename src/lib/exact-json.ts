import type { JsonObject } from './json.ts';
import { asObject } from './json.ts';

// ECMAScript's "JSON.parse source text access"; the types that come with Bun do not know it yet.
interface SourceAccess {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const { parse, rawJSON } = JSON as unknown as SourceAccess;

/**
 * The object that `text` is the JSON of, with every number written by JSON.stringify as it stands there, be it
 * 12345678901234567890 or 1.0; undefined if it is none. Such numbers are no numbers to anything but JSON.stringify.
 */
export function parseExactly(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Most texts are as JSON.stringify writes them; looking at every number of the others takes its time.
    if (JSON.stringify(value) === text) return asObject(value);
    return asObject(
      parse(text, (_key, item, { source }) =>
        typeof item === 'number' && source !== undefined && source !== String(item) ? rawJSON(source) : item,
      ),
    );
  } catch {
    return undefined;
  }
}

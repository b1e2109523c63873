import type { JsonObject } from './json.ts';
import { isModestJson } from './modest-json.ts';
import { asObject } from './json.ts';
import { withMarkedNumbers, withRawNumbers } from './number-marks.ts';

// ECMAScript's "JSON.parse source text access"; the types that come with Bun do not know it yet.
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

/**
 * The object that `text` is the JSON of, with every number written by JSON.stringify as it stands there, be it
 * 12345678901234567890 or 1.0; undefined if it is none, or too much. Such numbers are no numbers to anything but JSON.stringify.
 */
export function parseExactly(text: string): JsonObject | undefined {
  if (!isModestJson(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // Most texts are as JSON.stringify writes them; looking at every number of the others takes its time.
    if (JSON.stringify(value) === text) return asObject(value);
    const marked = withMarkedNumbers(text, (source) => String(Number(source)) !== source);
    return asObject(withRawNumbers(JSON.parse(marked)));
  } catch {
    return undefined;
  }
}

/**
 * What `text` is the JSON of. Whole numbers that do not fit into a double (ids, mostly) are written by JSON.stringify as
 * they stand there, and are numbers to nothing else; but those among the outermost members, which are read, are
 * plain ones. Throws where JSON.parse does.
 */
export function parseKeepingLongNumbers(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  const value = withRawNumbers(JSON.parse(withMarkedNumbers(text, isLong)));
  const members = asObject(value);
  if (members === undefined) return value;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      isRawJSON(member) ? Number(JSON.stringify(member)) : member,
    ]),
  );
}

function isLong(source: string): boolean {
  return source.length >= LONG_DIGITS && /^-?\d+$/.test(source) && !Number.isSafeInteger(Number(source));
}

/** Shorter numbers fit into a double. */
const LONG_DIGITS = 16;

/** What cannot hold a whole number of sixteen digits or more has none that a double cannot hold. */
const LONG_NUMBER = /[\s:,[]-?\d{16}/;

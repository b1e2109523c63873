import { isModestJson } from './modest-json.ts';

/** A JSON object as it was parsed: nothing is known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** `value` if it is an object and no array; undefined otherwise. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** `value` if it is an array; otherwise an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** `value` if it is an array; one of `value` alone if it is an object, for some write a single entry without its list. */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return typeof value === 'object' && value !== null ? [value] : [];
}

/** `value` if it is a whole number of a list's entry, be it in quotes; undefined otherwise. */
export function asIndex(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : asNumber(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}

/** `value` if it is a string that is not empty, or the same of a number; undefined otherwise. */
export function asId(value: unknown): string | undefined {
  const number = asNumber(value);
  return number === undefined ? asWord(value) : typeof value === 'object' ? JSON.stringify(value) : String(number);
}

/** `value` if it is a string; undefined otherwise. */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `value` if it is a string that is not empty; undefined otherwise. */
export function asWord(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `value` if it is a finite number; undefined otherwise. */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'object' ? rawNumber(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * `value` if it can be a count: finite and not negative, be it in quotes, as protobuf writes long numbers; undefined
 * otherwise. Clients take nothing but whole ones, and some servers estimate.
 */
export function asCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : asNumber(value);
  return number !== undefined && number >= 0 ? Math.round(number) : undefined;
}

/** The number that was kept as it is written (see `exact-json.ts`); undefined for any other object. */
function rawNumber(value: unknown): number | undefined {
  return isRawJSON(value) ? Number(JSON.stringify(value)) : undefined;
}

// The types that come with Bun do not know it yet.
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

/** `value` if it is a boolean; undefined otherwise. */
export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** The object that `text` is the JSON of; undefined if it is none, or one that is too much for anybody. */
export function parseObject(text: string): JsonObject | undefined {
  if (!isModestJson(text)) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The member of that name which `value` has of its own: what all objects inherit is nobody's data. */
export function ownMember(value: unknown, name: string): unknown {
  const object = asObject(value);
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The members of `object` that are not undefined: an absent field and `null` are different things to most providers. */
export function compact(object: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

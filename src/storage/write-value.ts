import type { Value } from './database.ts';

/** What indices of all databases take: 300 characters of up to 4 bytes. */
const MAX_CHARS = 300;

/** Text as every database takes it: no NUL, no half of a surrogate pair, and not longer than an index may be. NULL for undefined. */
export function textValue(text: string | undefined, maxChars = MAX_CHARS): string | null {
  if (text === undefined) return null;
  const cut = text.length > maxChars ? text.slice(0, maxChars) : text;
  // Nearly every text is fine as it is, and to look is quicker than to make another.
  if (cut.isWellFormed() && !cut.includes('\0')) return cut;
  return cut.toWellFormed().replaceAll('\0', '\ufffd');
}

/** A whole number that a BIGINT holds exactly; what is none is NULL, what is too much the most. */
export function wholeValue(number: number | undefined): number | null {
  if (number === undefined || Number.isNaN(number)) return null;
  if (Number.isSafeInteger(number)) return number;
  const whole = Math.round(number);
  return Math.min(Math.max(whole, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** The same of what is never negative; 0 where it is not known. */
export function countValue(number: number | undefined): number {
  return Math.max(0, wholeValue(number) ?? 0);
}

/** 5,000 USD, or as many tokens as nobody uses at once: a thousand of these are an exact number, a million fit a BIGINT. */
const MAX_MEASURE = 5e12;

/** What is summed: a whole number that is not negative, and not more than sums can hold. */
export function measureValue(number: number | undefined): number {
  return Math.min(countValue(number), MAX_MEASURE);
}

export function booleanValue(value: boolean): Value {
  return value ? 1 : 0;
}

/** JSON as text: what databases refuse in a text is escaped in it. */
export function jsonValue(value: unknown): string {
  return JSON.stringify(value ?? null);
}

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

/**
 * What is summed, bills among it: a whole number that is not negative. Throws a RangeError for one that is not exact any more,
 * from 9,007,199 USD in nano-USD: the row is refused rather than changed.
 */
export function measureValue(number: number | undefined): number {
  if (number !== undefined && number > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`${number} is more than the ledger counts exactly (${Number.MAX_SAFE_INTEGER} at most)`);
  return countValue(number);
}

/** A sum of such numbers: a bigint once a number would not hold it exactly. */
export type Sum = number | bigint;

export function plus(one: Sum, other: Sum): Sum {
  if (typeof one === 'number' && typeof other === 'number' && one + other <= Number.MAX_SAFE_INTEGER)
    return one + other;
  return BigInt(one) + BigInt(other);
}

export function sumValue(sum: Sum): Value {
  return typeof sum === 'bigint' ? String(sum) : sum;
}

export function booleanValue(value: boolean): Value {
  return value ? 1 : 0;
}

/** JSON as text: what databases refuse in a text is escaped in it. */
export function jsonValue(value: unknown): string {
  return JSON.stringify(value ?? null);
}

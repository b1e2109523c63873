import { decimalText, readDecimal } from './decimal.ts';

/** Nano-USD in one USD. */
const NANO = 1_000_000_000n;
const PLACES = 9;
/** What fits into the 64 bits that databases have for a sum. */
export const MOST_USD = 9_000_000_000n;

/** Why a text is no amount of USD. */
export type UsdProblem = 'malformed' | 'negative' | 'too_fine' | 'too_much';

/**
 * The nano-USD that a decimal number of USD stands for, exactly: no digit goes through a float. An exponent may follow, as
 * JSON writes very small numbers.
 */
export function parseUsd(text: string): bigint | UsdProblem {
  const written = text.trim();
  if (!NUMBER.test(written)) return 'malformed';
  if (IS_ZERO.test(written)) return 0n;
  if (written.startsWith('-')) return 'negative';
  const nano = readDecimal(written, PLACES);
  if (nano !== undefined) return nano > MOST_USD * NANO ? 'too_much' : nano;
  return Number(written) < 1 || readDecimal(written, MANY_PLACES) !== undefined ? 'too_fine' : 'too_much';
}

const NUMBER = /^-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?$/;
const IS_ZERO = /^-?[0.]+(?:[eE].*)?$/;
const MANY_PLACES = 50;

/** The shortest decimal number of USD that `parseUsd` reads back as `nano`: `12.5`, `0.001234`. */
export function formatUsd(nano: bigint | number): string {
  const amount = BigInt(nano);
  return amount < 0n ? `-${decimalText(-amount, PLACES)}` : decimalText(amount, PLACES);
}

import { printable } from '../../lib/printable.ts';

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A text as JSON, null if there is none; what a terminal would act upon is escaped. */
export function quoted(text: string | undefined): string {
  if (text === undefined) return 'null';
  return PLAIN.test(text) ? `"${text}"` : printable(JSON.stringify(text));
}

let lastMs = NaN;
let lastIso = '';

/** A time as ISO 8601; many lines are of the same millisecond. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}

/** Milliseconds with one decimal. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The same as text, put together from small whole numbers: to write out a fraction takes long. */
export function tenthsText(ms: number): string {
  const count = Math.round(ms * 10);
  if (!(count >= 0 && count <= 0x7fffffff)) return String(tenths(ms));
  const rest = count % 10;
  const whole = (count - rest) / 10;
  return rest === 0 ? String(whole) : `${whole}.${rest}`;
}

/** Nano-USD in USD: the shortest number that stands for them. */
export function usd(nanoUsd: number): number {
  return nanoUsd / 1e9;
}

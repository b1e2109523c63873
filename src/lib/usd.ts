/** Nano-USD in one USD. */
const NANO = 1_000_000_000n;
const DECIMALS = 9;
/** What fits into the 64 bits that databases have for a sum. */
export const MOST_USD = 9_000_000_000n;

/** Why a text is no amount of USD. */
export type UsdProblem = 'malformed' | 'negative' | 'too_fine' | 'too_much';

/**
 * The nano-USD that a decimal number of USD stands for, exactly: no digit goes through a float. An exponent may follow, as
 * JSON writes very small numbers.
 */
export function parseUsd(text: string): bigint | UsdProblem {
  const parts = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (parts === null) return 'malformed';
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return 0n;
  if (sign === '-') return 'negative';
  const shift = DECIMALS + Number(exponent) - fraction.length;
  if (shift > 60) return 'too_much';
  if (shift < -80) return 'too_fine';
  const scale = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && digits % scale !== 0n) return 'too_fine';
  const nano = shift < 0 ? digits / scale : digits * scale;
  return nano > MOST_USD * NANO ? 'too_much' : nano;
}

/** The shortest decimal number of USD that `parseUsd` reads back as `nano`: `12.5`, `0.001234`. */
export function formatUsd(nano: bigint | number): string {
  const amount = BigInt(nano);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`;
}

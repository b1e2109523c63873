/**
 * Reads a decimal number, such as `0.125`, `"1e-7"` or 3, exactly: its value times 10 to the power of `places`, as a
 * whole number. Undefined for what is no decimal number of 0 or more, or has more places than that. No arithmetic of
 * floating point is involved: a number is taken as the shortest text that stands for it, which is how it was written.
 */
export function readDecimal(value: string | number, places: number): bigint | undefined {
  const match = FORM.exec(String(value).trim());
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const power = Number(exponent) + places;
  if (whole === '' && fraction === '') return undefined;
  if (Math.abs(power) > MOST_POWER) return undefined;
  const digits = whole + fraction;
  const shift = power - fraction.length;
  if (shift >= 0) return BigInt(digits + '0'.repeat(shift));
  const kept = digits.slice(0, shift);
  return /^0*$/.test(digits.slice(shift)) ? BigInt(kept === '' ? '0' : kept) : undefined;
}

/** The decimal text of a whole number of units of 10 to the power of minus `places`, without needless zeros: `0.125`. */
export function decimalText(units: bigint | number, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

const FORM = /^\+?(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Beyond it a number is no price; it would only cost memory. */
const MOST_POWER = 60;

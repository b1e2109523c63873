import { nanoUsd } from './format.ts';

const NANO_PER_USD = 1_000_000_000n;

/** Decimal USD of whole 10⁻⁹ USD. */
export function usdOfNano(nano: bigint): string {
  const sign = nano < 0n ? '-' : '';
  const value = nano < 0n ? -nano : nano;
  const fraction = (value % NANO_PER_USD).toString().padStart(9, '0').replace(/0+$/, '');
  return `${sign}${value / NANO_PER_USD}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The sum of decimal USD, exact to its last digit. */
export function sumUsd(amounts: readonly string[]): string {
  return usdOfNano(amounts.reduce((sum, each) => sum + nanoUsd(each), 0n));
}

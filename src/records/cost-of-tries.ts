import type { Cost } from '../core/ledger-row.ts';

/** What there is of an attempt to sum up. */
interface Tried {
  /** Null: there is usage, but no price for it. */
  readonly cost?: Cost | null | undefined;
}

/** What is known of the cost of all attempts of a request, in nano-USD; undefined: none has a price. */
export function nanoUsdOf(tries: readonly Tried[]): number | undefined {
  let sum: number | undefined;
  for (const { cost } of tries) if (cost !== null && cost !== undefined) sum = (sum ?? 0) + cost.nanoUsd;
  return sum;
}

/** Whether an attempt has used something that has no price: the sum is then what is known of the others. */
export function isUnpriced(tries: readonly Tried[]): boolean {
  for (const { cost } of tries) if (cost === null) return true;
  return false;
}

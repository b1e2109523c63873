import type { Cost } from '../../core/ledger-row.ts';
import type { Route } from '../../core/route.ts';
import type { Consumption } from '../../core/token-classes.ts';

/** What tokens cost at a route, in pico-USD each (10⁻⁶ USD per million tokens). */
export interface Rates {
  readonly input: number;
  readonly output: number;
}

/** Who knows what things cost. */
export interface Pricer {
  /** What a request of so many tokens costs there, before it is known which of them a cache has; undefined: no price is known. */
  rates(route: Route, inputTokens: number): Rates | undefined;
  /** What an attempt cost that was begun at `at` (milliseconds since the epoch). Null: no price is known for it. */
  cost(route: Route, consumption: Consumption, at: number): Cost | null;
}

/** What so many tokens cost at most, in nano-USD. */
export function nanoUsdOf({ input, output }: Rates, inputTokens: number, outputTokens: number): number {
  return Math.ceil((input * inputTokens + output * outputTokens) / 1000);
}

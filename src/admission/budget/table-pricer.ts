import type { Route } from '../../core/route.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { MULTIPLIER_ONE, type Pricing } from '../../pricing/price.ts';
import { ratesOf } from '../../pricing/rates-of.ts';
import type { Pricer, Rates } from './pricer.ts';

/** What is held for at the prices of a snapshot. */
export function tablePricer(prices: PriceBook, wallNow: () => number): Pricer {
  return {
    rates(route: Route, inputTokens: number) {
      const pricing = prices.pricingOf({ backend: route.backend.name, model: route.model });
      return pricing === null ? undefined : ratesIn(pricing, inputTokens, wallNow());
    },
  };
}

function ratesIn(
  { periods, multiplier = MULTIPLIER_ONE }: Pricing,
  inputTokens: number,
  at: number,
): Rates | undefined {
  const price = periods.findLast(({ from }) => from <= at);
  if (price === undefined) return undefined;
  const rateOf = ratesOf(price, undefined, inputTokens);
  const { request = 0, image = 0, search = 0 } = price.units;
  const each = request + image + search;
  if (rateOf?.('input') === undefined && rateOf?.('output') === undefined && each === 0) return undefined;
  const times = (rate: number): number => Math.ceil((rate * multiplier) / MULTIPLIER_ONE);
  // Some of the input may be written into the cache, which is dearer.
  const input = Math.max(rateOf?.('input') ?? 0, rateOf?.('cacheWrite5m') ?? 0);
  return { input: times(input), output: times(rateOf?.('output') ?? 0), each: times(each) };
}

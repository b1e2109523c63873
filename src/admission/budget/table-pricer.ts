import type { Route } from '../../core/route.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { MULTIPLIER_ONE, type Price, type Pricing } from '../../pricing/price.ts';
import { ratesOf } from '../../pricing/rates-of.ts';
import type { Pricer, Rates } from './pricer.ts';

/** The rates of a route for inputs of usual length, for a time. */
interface Kept {
  readonly rates: Rates | undefined;
  /** Milliseconds since the epoch, without the end. */
  readonly from: number;
  readonly until: number;
  /** Longer inputs have other rates. */
  readonly mostInput: number;
}

/** What is held for at the prices of a snapshot. Nearly always the rates of a route are at hand. */
export class TablePricer implements Pricer {
  readonly #kept = new WeakMap<Route, Kept>();

  constructor(
    private readonly prices: PriceBook,
    private readonly wallNow: () => number,
  ) {}

  rates(route: Route, inputTokens: number): Rates | undefined {
    const now = this.wallNow();
    const kept = this.#kept.get(route);
    if (kept !== undefined && now >= kept.from && now < kept.until && inputTokens <= kept.mostInput) return kept.rates;
    const pricing = this.prices.pricingOf({ backend: route.backend.name, model: route.model });
    const price = pricing?.periods.findLast(({ from }) => from <= now);
    const rates = pricing === null || price === undefined ? undefined : ratesIn(price, pricing, inputTokens);
    const mostInput = price?.standard.above[0]?.tokens ?? Infinity;
    if (inputTokens > mostInput) return rates;
    const until = pricing?.periods.find(({ from }) => from > now)?.from ?? Infinity;
    this.#kept.set(route, { rates, from: price?.from ?? -Infinity, until, mostInput });
    return rates;
  }
}

function ratesIn(price: Price, { multiplier = MULTIPLIER_ONE }: Pricing, inputTokens: number): Rates | undefined {
  const rateOf = ratesOf(price, undefined, inputTokens);
  const { request = 0, image = 0, search = 0 } = price.units;
  const each = request + image + search;
  if (rateOf?.('input') === undefined && rateOf?.('output') === undefined && each === 0) return undefined;
  const times = (rate: number): number => Math.ceil((rate * multiplier) / MULTIPLIER_ONE);
  // Some of the input may be written into the cache, which is dearer.
  const input = Math.max(rateOf?.('input') ?? 0, rateOf?.('cacheWrite5m') ?? 0);
  return { input: times(input), output: times(rateOf?.('output') ?? 0), each: times(each) };
}

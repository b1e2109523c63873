import { vendorOf } from '../vendors/place.ts';
import type { PlaceSettings } from '../vendors/place.ts';
import { millionths, priceRule } from './configured-price.ts';
import type { ConfiguredPrice } from './configured-price.ts';
import { PriceBook } from './price-book.ts';
import { PriceRules } from './price-rules.ts';
import type { PriceTable } from './price-table.ts';

/** The parts of a config that prices depend on. */
export interface PricedConfig {
  readonly backends: readonly (PlaceSettings & {
    readonly name: string;
    readonly price_multiplier?: string | undefined;
  })[];
  readonly prices: Readonly<Record<string, ConfiguredPrice>>;
}

/** What everything costs under a config. The table is asked for when a price is. */
export function bookOf({ backends, prices }: PricedConfig, table: () => PriceTable): PriceBook {
  const priced = backends.map(({ price_multiplier: multiplier, ...backend }) => {
    const vendor = vendorOf(backend);
    return {
      name: backend.name,
      vendor: vendor?.name,
      multiplier: multiplier === undefined ? undefined : millionths(multiplier),
      statesCost: vendor?.statesCost === true,
    };
  });
  const rules = Object.entries(prices).map(([pattern, price]) => priceRule(pattern, price));
  return new PriceBook(priced, new PriceRules(rules), table);
}

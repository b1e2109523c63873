import { nanoUsdOf } from '../../admission/budget/pricer.ts';
import { mostWritten } from '../../admission/budget/most-output.ts';
import { RequestShape } from '../../admission/budget/request-shape.ts';
import { sizeOf } from '../../admission/budget/request-size.ts';
import { TablePricer } from '../../admission/budget/table-pricer.ts';
import type { Context } from '../../context.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Route } from '../../core/route.ts';
import { formatUsd } from '../../lib/usd.ts';
import { MULTIPLIER_ONE } from '../../pricing/price.ts';
import { ratesOf } from '../../pricing/rates-of.ts';
import type { ExplainedRouteJson } from './explain-schema.ts';

/** What a request would cost by a route, at least and at most: by what holds on budgets are reckoned with. */
export function routeCost(
  route: Route,
  exchange: Exchange,
  { snapshot, clock }: Context,
): Pick<ExplainedRouteJson, 'cost' | 'most_output_tokens'> {
  const size = sizeOf(exchange);
  const most = mostWritten(route.model, size);
  const pricer = new TablePricer(snapshot.prices, () => clock.wallNow());
  const rates = pricer.rates(route, size.input, new RequestShape(exchange, size.choices));
  if (rates === undefined) return { cost: null, most_output_tokens: most };
  const pricing = snapshot.prices.pricingOf({ backend: route.backend.name, model: route.model });
  const price = pricing?.periods.findLast(({ from }) => from <= clock.wallNow());
  const rateOf = price && ratesOf(price, undefined, size.input);
  const cheapest = Math.min(rateOf?.('input') ?? 0, rateOf?.('cacheRead') ?? Infinity);
  const least = Math.floor((cheapest * size.input * (pricing?.multiplier ?? MULTIPLIER_ONE)) / MULTIPLIER_ONE / 1000);
  const cost = { at_least_usd: formatUsd(least), at_most_usd: formatUsd(nanoUsdOf(rates, size.input, most)) };
  return { cost, most_output_tokens: most };
}

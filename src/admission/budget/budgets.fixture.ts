import { consumption as used } from '../../pricing/pricing.fixture.ts';
import type { BudgetSpec } from '../../core/budget-spec.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Consumption } from '../../core/token-classes.ts';
import type { Route } from '../../core/route.ts';
import type { Pricer, Rates } from './pricer.ts';

/** A budget with its defaults. */
export function budgetSpec(spec: Partial<BudgetSpec> & Pick<BudgetSpec, 'per'>): BudgetSpec {
  return {
    zone: 'UTC',
    week_starts: 'monday',
    mode: 'hard',
    alert_at: [50, 80, 100],
    on_exceeded: 'reject',
    overrun: 'end',
    unpriced: 'deny',
    ...spec,
  };
}

/** What an attempt used, of which nothing is special. */
export function consumption(input: number, output: number): Consumption {
  return used({ input, output });
}

/** Prices by the model of a route, in pico-USD per token. */
export function pricerOf(prices: Readonly<Record<string, Rates>>): Pricer {
  return { rates: ({ model }: Pick<Route, 'model'>) => prices[model] };
}

/** Gives an exchange a body of JSON. */
export function withBody(exchange: Exchange, fields: Record<string, unknown>): Exchange {
  const text = JSON.stringify(fields);
  return Object.assign(exchange, { body: { fields, text, bytes: Buffer.byteLength(text), withModel: () => text } });
}

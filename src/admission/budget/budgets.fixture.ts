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
  return {
    input,
    output,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    reasoning: 0,
    audioIn: 0,
    audioOut: 0,
    imageIn: 0,
    imageOut: 0,
    serverTools: {},
    tier: undefined,
    statedNanoUsd: undefined,
    estimated: false,
  };
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

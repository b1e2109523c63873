import { QuantileHistogram } from '../lib/quantile-histogram.ts';
/** When a second route is tried beside a slow first. */
export interface Hedge {
  /** How long the first is waited for: milliseconds, or the 95th percentile of what it takes. */
  readonly after: number | 'p95';
  /** The most hedges for each request: 0.05 for `5%`. */
  readonly atMost: number;
  readonly live: HedgeLive;
}

import { routeKey } from './route.ts';
import type { Route } from './route.ts';

/** What one hedge costs. Shares have no more than six decimals, so all sums are whole numbers and never off by a trace. */
const HEDGE = 1_000_000;
/** So many hedges may follow each other at once after a time without any. */
const MOST_AT_ONCE = 10;

/** What is to be known of an alias to hedge its requests. Outlives reloads; its memory grows with the number of routes. */
export class HedgeLive {
  /** What may still be spent on hedges. */
  #credit = 0;
  readonly #latencies = new Map<string, QuantileHistogram>();

  /** One more request, which earns `share` of a hedge. So there are never more hedges than that share of all requests. */
  earn(share: number): void {
    this.#credit = Math.min(MOST_AT_ONCE * HEDGE, this.#credit + Math.round(share * HEDGE));
  }

  /** Whether there is a hedge to be had. */
  get hasCredit(): boolean {
    return this.#credit >= HEDGE;
  }

  /** Whether there would be one for the next request, with what that earns. */
  hasCreditWith(share: number): boolean {
    return this.#credit + Math.round(share * HEDGE) >= HEDGE;
  }

  /** Takes one hedge. Only where there is one to be had. */
  spend(): void {
    this.#credit -= HEDGE;
  }

  /** The hedge could not be sent. */
  giveBack(): void {
    this.#credit = Math.min(MOST_AT_ONCE * HEDGE, this.#credit + HEDGE);
  }

  /** How long a route took to the commit point of answers of one kind. */
  learn(route: Route, kind: string, ms: number): void {
    const key = keyOf(route, kind);
    let latency = this.#latencies.get(key);
    if (latency === undefined) this.#latencies.set(key, (latency = new QuantileHistogram()));
    latency.add(ms);
  }

  /** The 95th percentile of that in milliseconds; undefined while too little is known. */
  p95(route: Route, kind: string): number | undefined {
    return this.#latencies.get(keyOf(route, kind))?.quantile(0.95);
  }

  /** Forgets what was learnt of routes that are none of these, by `routeKey` of the model as the config has it. */
  keepRoutes(routes: ReadonlySet<string>): void {
    for (const key of this.#latencies.keys()) {
      if (!routes.has(key.slice(key.indexOf('\0') + 1))) this.#latencies.delete(key);
    }
  }
}

/** All models of a wildcard count as one route. */
function keyOf({ backend, modelLabel }: Route, kind: string): string {
  return `${kind}\0${routeKey(backend.name, modelLabel)}`;
}

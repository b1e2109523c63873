import type { Consumption } from '../core/token-classes.ts';
import type { Price, Pricing, Scale } from './price.ts';

/** What was used, nothing but what is named. */
export function consumption(used: Partial<Consumption>): Consumption {
  return {
    input: 0,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 0,
    reasoning: 0,
    audioIn: 0,
    audioOut: 0,
    imageIn: 0,
    imageOut: 0,
    serverTools: {},
    tier: undefined,
    statedNanoUsd: undefined,
    estimated: false,
    ...used,
  };
}

/** A price of the table with these rates, in pico-USD per token. */
export function pricing(rates: Scale['rates'], rest: Partial<Price & Scale> = {}, multiplier?: number): Pricing {
  const { above = [], ...price } = rest;
  const period = { from: -Infinity, standard: { rates, above }, tiers: {}, units: {}, tools: {}, ...price };
  return { source: 'table', entry: 'acme/model', periods: [period], multiplier };
}

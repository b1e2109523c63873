import type { Route } from '../../core/route.ts';
import type { RequestShape } from './request-shape.ts';

/** What tokens cost at a route, in pico-USD each (10⁻⁶ USD per million tokens). */
export interface Rates {
  readonly input: number;
  readonly output: number;
  /** What a request costs besides, in nano-USD: an image, say. */
  readonly each?: number | undefined;
}

/** Who knows what things cost. What an attempt did cost is in its record. */
export interface Pricer {
  /**
   * What a request of such a shape and so many tokens costs there at most, before it is known which of them a cache has, or
   * what its answer is made of; undefined: no price is known.
   */
  rates(route: Route, inputTokens: number, shape: RequestShape): Rates | undefined;
}

/** What so many tokens cost at most, in nano-USD. */
export function nanoUsdOf({ input, output, each = 0 }: Rates, inputTokens: number, outputTokens: number): number {
  return Math.ceil((input * inputTokens + output * outputTokens) / 1000) + each;
}

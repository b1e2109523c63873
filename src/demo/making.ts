import type { PriceBook } from '../pricing/price-book.ts';
import type { SeededRandom } from './random.ts';

/** What made-up requests are made with. */
export interface Making {
  readonly random: SeededRandom;
  /** What things cost, by the gateway's own rules. */
  readonly prices: PriceBook;
  /** The routes that cool down, until when and why, by backend and model. */
  readonly cooling: Map<string, { readonly until: number; readonly cause: string }>;
}

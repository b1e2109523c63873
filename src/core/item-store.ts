import type { ByteBudget } from './byte-budget.ts';
import { FairShares } from './fair-shares.ts';

/** UTF-16 units of all that is kept together. */
const MOST_UNITS = 32 * 1024 * 1024;
/** About what an item takes beside its text. */
const UNITS_OF_ENTRY = 200;

/**
 * Pieces of translated answers that clients refer to by id instead of sending them back, as if a provider kept them.
 * Each caller has its own; nothing of it is on disk or known to other processes.
 */
export class ItemStore {
  readonly #items: FairShares<string>;

  /** `budget`: what they are held out of, besides. */
  constructor(budget?: ByteBudget) {
    this.#items = new FairShares(MOST_UNITS, budget);
  }

  /** Keeps the JSON of an item, for the caller of this name. The first that is kept under an id stays. */
  keep(caller: string, id: string, json: string): void {
    this.#items.add(caller, id, json, json.length + UNITS_OF_ENTRY);
  }

  /** The JSON of the item; undefined if it is not known (any more), or another caller's. */
  find(caller: string, id: string): string | undefined {
    return this.#items.get(caller, id);
  }
}

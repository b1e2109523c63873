/** What a bag can hold. `slot` is the bag's own, to find the item again. */
export interface BagItem {
  slot: number;
}

/**
 * What is under way, in no order. Unlike a `Set` it leaves no trace of what was taken out: JavaScriptCore's Set goes
 * from table to table under such traffic, and a table that was left behind, once it has become old, keeps alive all
 * that it and its followers held, until a full collection.
 */
export class Bag<T extends BagItem> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.slot = this.#items.length;
    this.#items.push(item);
  }

  /** Takes out what is in the bag; what is not stays out. */
  delete(item: T): void {
    const { slot } = item;
    if (this.#items[slot] !== item) return;
    item.slot = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    last.slot = slot;
    this.#items[slot] = last;
  }

  /** What is in the bag now: may be changed while one goes through it. */
  all(): T[] {
    return [...this.#items];
  }
}

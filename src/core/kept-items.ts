/** UTF-16 units of all that is kept together. */
const MOST_UNITS = 32 * 1024 * 1024;

/**
 * Pieces of translated answers that clients refer to by id instead of sending them back, as if a provider kept them.
 * The oldest go first; nothing of it is on disk or known to other processes.
 */
export class KeptItems {
  readonly #items = new Map<string, string>();
  #units = 0;

  /** Keeps the JSON of an item. */
  keep(id: string, json: string): void {
    this.#forget(id);
    this.#items.set(id, json);
    this.#units += json.length;
    for (const oldest of this.#items.keys()) {
      if (this.#units <= MOST_UNITS) return;
      this.#forget(oldest);
    }
  }

  /** The JSON of the item; undefined if it is not known (any more). */
  find(id: string): string | undefined {
    return this.#items.get(id);
  }

  #forget(id: string): void {
    this.#units -= this.#items.get(id)?.length ?? 0;
    this.#items.delete(id);
  }
}

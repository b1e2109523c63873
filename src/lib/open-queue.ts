/** What waits in its order until it is taken out, from wherever it stands. */
export class OpenQueue<T> {
  readonly #items: T[] = [];
  #from = 0;

  add(item: T): void {
    this.#items.push(item);
  }

  /** The first that `isOpen` still; those before it are never looked at again. */
  first(isOpen: (item: T) => boolean): T | undefined {
    for (; this.#from < this.#items.length; this.#from++) {
      const item = this.#items[this.#from];
      if (item !== undefined && isOpen(item)) return item;
    }
    return undefined;
  }
}

/** Queues by a key, each made when something is added to it. */
export class OpenQueues<K, T> {
  readonly #queues = new Map<K, OpenQueue<T>>();

  add(key: K, item: T): void {
    const queue = this.#queues.get(key);
    if (queue !== undefined) {
      queue.add(item);
      return;
    }
    const begun = new OpenQueue<T>();
    begun.add(item);
    this.#queues.set(key, begun);
  }

  /** The first of `key` that `isOpen` still. */
  first(key: K, isOpen: (item: T) => boolean): T | undefined {
    return this.#queues.get(key)?.first(isOpen);
  }
}

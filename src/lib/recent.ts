/** Values by key, of so many keys; of more, those that were asked for longest ago are forgotten. */
export class Recent<T> {
  /** In the order in which they were asked for. */
  readonly #values = new Map<string, T>();
  /** It need not be moved to the end. */
  #newest: string | undefined;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#values.size;
  }

  /** What is remembered of the key, which will be forgotten last from now on. */
  get(key: string): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined || key === this.#newest) return value;
    this.#values.delete(key);
    this.#append(key, value);
    return value;
  }

  /** The same, but it will be forgotten no later for it. */
  peek(key: string): T | undefined {
    return this.#values.get(key);
  }

  /** Remembers the value of a key of which nothing is remembered, and returns it. */
  add(key: string, value: T): T {
    if (this.#values.size >= this.most) {
      const [oldest] = this.#values.keys();
      if (oldest !== undefined) this.#values.delete(oldest);
    }
    this.#append(key, value);
    return value;
  }

  /** Forgets the value of a key, if there is one. */
  delete(key: string): void {
    this.#values.delete(key);
    if (key === this.#newest) this.#newest = undefined;
  }

  values(): Iterable<T> {
    return this.#values.values();
  }

  clear(): void {
    this.#values.clear();
    this.#newest = undefined;
  }

  #append(key: string, value: T): void {
    this.#values.set(key, value);
    this.#newest = key;
  }
}

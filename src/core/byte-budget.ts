/**
 * The memory that requests may hold together, in bytes: bodies while they are needed, answers that are held, kept items.
 * One for the process. It counts what is held, not what the allocator makes of it, so the process takes more.
 */
export class ByteBudget {
  #used = 0;

  constructor(
    /** The most, by the running config. A lower one counts for what comes, not for what is held. */
    public limit: number,
  ) {}

  /** Bytes held now. */
  get used(): number {
    return this.#used;
  }

  /** Takes `bytes` to hold, all or none of them; false if there is no room. To be given back with `giveBack`. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

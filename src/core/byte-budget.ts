import { ByteShare } from './byte-share.ts';

/** What is smaller is collected soon enough. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** The share of the limit that may wait to be collected. */
const MOST_GARBAGE = 1 / 8;
/** The share of the limit that bodies may take which are kept for the ledger. */
const MOST_BODIES = 1 / 4;

/**
 * The memory that requests may hold together, in bytes: bodies while they are needed, answers that are held, kept items.
 * One for the process. It counts what is held, not what the allocator makes of it, so the process takes more.
 */
export class ByteBudget {
  /** What of it may hold bodies that are kept for the ledger. */
  readonly bodies = new ByteShare(this, MOST_BODIES);
  #used = 0;
  /** What was given back in large pieces since garbage was last collected on purpose. */
  #garbage = 0;

  constructor(
    /** The most, by the running config. A lower one counts for what comes, not for what is held. */
    public limit: number,
    /** Collects garbage: what is given back is free only then, and the engine does not know what room there is. */
    private readonly collect: () => void = () => Bun.gc(true),
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
    if (bytes < LARGE_BYTES) return;
    this.#garbage += bytes;
    if (this.#garbage < this.limit * MOST_GARBAGE) return;
    this.#garbage = 0;
    this.collect();
  }
}

import type { ByteBudget } from './byte-budget.ts';

/** A part of the memory that requests may hold together, for what may be left out when there is no room. */
export class ByteShare {
  #used = 0;

  constructor(
    private readonly budget: Pick<ByteBudget, 'limit' | 'take' | 'giveBack'>,
    /** How much of the budget, at most: 0.25 for a quarter. */
    private readonly part: number,
  ) {}

  /** Bytes held now. */
  get used(): number {
    return this.#used;
  }

  /** Takes `bytes` to hold, all or none of them; false if there is no room in the part, or in the budget. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.budget.limit * this.part || !this.budget.take(bytes)) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
    this.budget.giveBack(bytes);
  }
}

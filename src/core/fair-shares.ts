import type { ByteBudget } from './byte-budget.ts';

/** The share of a budget that may be kept from requests. */
const MOST_OF_BUDGET = 1 / 8;

/** What one owner has in it, oldest first. */
interface Share<Value> {
  readonly owner: string;
  readonly things: Map<string, Sized<Value>>;
  size: number;
}

interface Sized<Value> {
  readonly value: Value;
  readonly size: number;
}

/**
 * Things of many owners in bounded space. An owner sees only its own. When there is no room, the oldest goes of an owner
 * who has more than an equal share; so nobody loses anything to others as long as it has less.
 */
export class FairShares<Value> {
  readonly #shares = new Map<string, Share<Value>>();
  #size = 0;
  /** Who had to give last: likely to have too much still. */
  #giver: Share<Value> | undefined;

  constructor(
    private readonly most: number,
    /** What the things are held out of, with all else that the process holds; undefined: they are too small to count. */
    private readonly budget?: ByteBudget,
  ) {}

  get(owner: string, key: string): Value | undefined {
    return this.#shares.get(owner)?.things.get(key)?.value;
  }

  /** Keeps a thing of this size. What is kept under the key already stays. */
  add(owner: string, key: string, value: Value, size: number): void {
    const share = this.#shares.get(owner) ?? { owner, things: new Map(), size: 0 };
    if (share.things.has(key) || !this.#hasRoomFor(size, share)) return;
    this.#shares.set(owner, share);
    share.things.set(key, { value, size });
    share.size += size;
    this.#size += size;
    while (this.#size > this.#most) this.#forgetOldest(this.#hasTooMuch(share) ? share : this.#whoHasTooMuch());
  }

  /** Requests need the room more: of a small budget only a small part is for what is kept. */
  get #most(): number {
    return this.budget === undefined ? this.most : Math.min(this.most, this.budget.limit * MOST_OF_BUDGET);
  }

  /** Takes it out of the budget, for which older things of the same owner may have to go; never those of others. */
  #hasRoomFor(size: number, share: Share<Value>): boolean {
    const { budget } = this;
    if (budget === undefined) return true;
    if (budget.limit - budget.used + share.size < size) return false;
    while (!budget.take(size)) this.#forgetOldest(share);
    return true;
  }

  #forgetOldest(share: Share<Value>): void {
    const [key, { size }] = share.things.entries().next().value as [string, Sized<Value>];
    share.things.delete(key);
    share.size -= size;
    this.#size -= size;
    this.budget?.giveBack(size);
    if (share.things.size === 0) this.#shares.delete(share.owner);
  }

  #whoHasTooMuch(): Share<Value> {
    // One share is always as large as the average, or larger.
    const isGiver = this.#giver !== undefined && this.#giver.things.size > 0 && this.#hasTooMuch(this.#giver);
    if (!isGiver) this.#giver = this.#shares.values().find((share) => this.#hasTooMuch(share));
    return this.#giver as Share<Value>;
  }

  #hasTooMuch({ size }: Share<Value>): boolean {
    return size * this.#shares.size >= this.#size;
  }
}

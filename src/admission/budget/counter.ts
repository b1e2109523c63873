import type { Window } from './windows.ts';

/**
 * What is spent and held of a budget in one window, in its unit. Sums are `bigint`: in nano-USD, nine million USD are all
 * that a float counts exactly.
 */
export class Counter {
  readonly start: number;
  /** A change of the zone may move it. */
  end: number;
  /** The percentages of `alert_at` that were told of. */
  readonly alerted = new Set<number>();
  /** While less is spent, and the rule is this one, no alert is due. */
  quiet: { readonly rule: object; readonly below: bigint } | undefined;
  #spent: bigint;
  #held = 0n;
  /** How many holds there are. */
  #holds = 0;

  constructor({ start, end }: Window, spent: bigint) {
    this.start = start;
    this.end = end;
    this.#spent = spent;
  }

  get spent(): bigint {
    return this.#spent;
  }

  get held(): bigint {
    return this.#held;
  }

  get holds(): number {
    return this.#holds;
  }

  /** So much more was spent before the process started. */
  recall(spent: bigint): void {
    this.#spent += spent;
  }

  /** Somebody holds something from now on. */
  open(): void {
    this.#holds++;
  }

  /** Holds so much more, or less. */
  hold(amount: number): void {
    this.#held += BigInt(amount);
  }

  /** What was `held` is let go of, and `spent` is spent. */
  settle(held: number, spent: number): void {
    this.#holds--;
    this.#held -= BigInt(held);
    this.#spent += BigInt(spent);
  }
}

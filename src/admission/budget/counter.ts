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
  /** Those that were reached when the process started: another one may have told of them. */
  readonly reachedBefore = new Set<number>();
  /** While less is spent, and the rule is this one, no alert is due. */
  quiet: { readonly rule: object; readonly below: bigint } | undefined;
  /** Who is let have less than an answer in one piece may cost. */
  shortFor: object | undefined;
  #spent: bigint;
  #held = 0n;
  #holds = 0;
  /** Windows of another zone or day of the week, of which what is spent and held counts here as well. */
  #overlapping: readonly Counter[] = NONE;

  constructor({ start, end }: Window, spent: bigint) {
    this.start = start;
    this.end = end;
    this.#spent = spent;
  }

  get spent(): bigint {
    let spent = this.#spent;
    for (const other of this.#overlapping) spent += other.#spent;
    return spent;
  }

  get held(): bigint {
    let held = this.#held;
    for (const other of this.#overlapping) held += other.#held;
    return held;
  }

  /** What is spent and held in these windows counts here as well: requests that were let in then are still under way. */
  include(overlapping: readonly Counter[]): void {
    if (overlapping.length > 0) this.#overlapping = [...new Set([...this.#overlapping, ...overlapping])];
  }

  get holds(): number {
    return this.#holds;
  }

  /** So much more was spent before the process started. */
  recall(spent: bigint): void {
    this.#spent += spent;
  }

  /** Whether anybody else is let have less than an answer in one piece may cost. */
  isShortForOthers(me: object): boolean {
    const isOther = ({ shortFor }: Counter): boolean => shortFor !== undefined && shortFor !== me;
    return isOther(this) || this.#overlapping.some(isOther);
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

const NONE: readonly Counter[] = [];

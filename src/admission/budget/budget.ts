import type { BudgetUnit } from '../../core/budget-spec.ts';
import { Counter } from './counter.ts';
import { windowAt, type WindowRule } from './windows.ts';

/** What a budget says, as the config or a key made at run time has it. */
export interface BudgetRule {
  /** Unique in the gateway, and the same for as long as name, unit and window are: what is spent is kept under it. */
  readonly id: string;
  /** Whose it is and what it is called: `team:platform/usd-month`. */
  readonly label: string;
  /** The id of whose it is: `team:platform`. */
  readonly owner: string;
  readonly unit: BudgetUnit;
  /** In nano-USD, tokens or requests. */
  readonly limit: bigint;
  readonly window: WindowRule;
  readonly mode: 'hard' | 'soft' | 'observe';
  /** Percentages. */
  readonly alertAt: readonly number[];
  /** The aliases to go on with when it is used up; empty: requests are refused. */
  readonly fallback: readonly string[];
  /** A stream that nothing is left for goes on all the same. */
  readonly letsFinish: boolean;
  /** Models without a price pass. */
  readonly letsUnpriced: boolean;
}

/** So many windows of a budget are remembered: the clock may be set back. */
const MOST_WINDOWS = 8;

/** A budget and what has become of it. It outlives reloads; its rule is that of the config in force. */
export class Budget {
  readonly #counters = new Map<number, Counter>();
  #current: Counter | undefined;
  /** No window that began before this is begun again. */
  #forgottenBefore = -Infinity;

  constructor(
    public rule: BudgetRule,
    /** What was spent before the process started, by the start of its window. */
    private readonly earlier: ReadonlyMap<number, bigint> | undefined,
  ) {}

  /** Another rule counts from now on, for requests under way as well. What is spent stays. */
  follow(rule: BudgetRule): void {
    const { zone, weekStarts } = this.rule.window;
    if (zone !== rule.window.zone || weekStarts !== rule.window.weekStarts) this.#current = undefined;
    this.rule = rule;
  }

  /**
   * The counter of the window that `wallNow` is in. If the clock is set back, it is the one of that earlier window, with
   * all that was spent in it.
   */
  counterAt(wallNow: number): Counter {
    const current = this.#current;
    if (current !== undefined && wallNow >= current.start && wallNow < current.end) return current;
    return (this.#current = this.#find(wallNow));
  }

  /** How many holds there are, whatever their window. */
  get holds(): number {
    let holds = 0;
    for (const counter of this.#counters.values()) holds += counter.holds;
    return holds;
  }

  #find(wallNow: number): Counter {
    const window = windowAt(this.rule.window, wallNow);
    const known = this.#counters.get(window.start);
    if (known !== undefined) {
      known.end = window.end;
      return known;
    }
    // What was spent so long ago is not known any more. The oldest that is known counts rather than a fresh one.
    const oldest = window.start < this.#forgottenBefore ? this.#oldest() : undefined;
    if (oldest !== undefined) return oldest;
    const counter = new Counter(window, this.earlier?.get(window.start) ?? 0n);
    for (const percentage of this.rule.alertAt)
      // The process before this one has told of it.
      if (isReached(percentage, counter.spent, this.rule.limit)) counter.alerted.add(percentage);
    this.#counters.set(window.start, counter);
    this.#forget();
    return counter;
  }

  #oldest(): Counter | undefined {
    return this.#counters.get(Math.min(...this.#counters.keys()));
  }

  #forget(): void {
    if (this.#counters.size <= MOST_WINDOWS) return;
    const start = Math.min(...this.#counters.keys());
    this.#counters.delete(start);
    this.#forgottenBefore = Math.max(this.#forgottenBefore, start + 1);
  }
}

/** Whether so many percent of a limit are spent. */
export function isReached(percentage: number, spent: bigint, limit: bigint): boolean {
  // Percentages may have decimals.
  return spent > 0n && spent * 100_000n >= limit * BigInt(Math.round(percentage * 1000));
}

import type { BudgetUnit } from '../../core/budget-spec.ts';
import { Counter } from './counter.ts';
import { isOver, overlaps, windowAt, type Window, type WindowRule } from './windows.ts';

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
  readonly finishesOverrun: boolean;
  /** Models without a price pass. */
  readonly allowsUnpriced: boolean;
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
    private earlier: ReadonlyMap<number, bigint> | undefined,
  ) {}

  /** Another rule counts from now on, for requests under way as well. What is spent stays. */
  follow(rule: BudgetRule): void {
    const { zone, weekStarts } = this.rule.window;
    if (zone !== rule.window.zone || weekStarts !== rule.window.weekStarts) this.#current = undefined;
    this.rule = rule;
  }

  /** What an earlier process spent is known only now: of one window so much more, and `earlier` has all of it. */
  recall(earlier: ReadonlyMap<number, bigint>, window: number, amount: bigint): void {
    this.earlier = earlier;
    const counter = this.#counters.get(window);
    if (counter === undefined) return;
    counter.recall(amount);
    this.#noteReached(counter);
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

  /** Whether all windows that anything was spent in are over. */
  isOver(wallNow: number): boolean {
    const { per } = this.rule.window;
    for (const { end } of this.#counters.values()) if (end > wallNow) return false;
    for (const start of this.earlier?.keys() ?? []) if (!isOver(per, start, wallNow)) return false;
    return true;
  }

  #find(wallNow: number): Counter {
    const window = windowAt(this.rule.window, wallNow);
    const known = this.#counters.get(window.start);
    if (known !== undefined) {
      known.end = window.end;
      known.include(this.#overlapping(window, wallNow));
      return known;
    }
    // What was spent so long ago is not known any more. The oldest that is known counts rather than a fresh one.
    const oldest = window.start < this.#forgottenBefore ? this.#oldest() : undefined;
    if (oldest !== undefined) return oldest;
    const counter = new Counter(window, this.earlier?.get(window.start) ?? 0n);
    const overlapping = this.#overlapping(window, wallNow);
    counter.include(overlapping);
    for (const { alerted, reachedBefore } of overlapping) {
      for (const percentage of alerted) counter.alerted.add(percentage);
      for (const percentage of reachedBefore) counter.reachedBefore.add(percentage);
    }
    this.#noteReached(counter);
    this.#counters.set(window.start, counter);
    this.#forget();
    return counter;
  }

  /** What an earlier process has reached it may have told already. */
  #noteReached(counter: Counter): void {
    const spent = this.earlier?.get(counter.start) ?? 0n;
    for (const percentage of this.rule.alertAt)
      if (isReached(percentage, spent, this.rule.limit)) counter.reachedBefore.add(percentage);
  }

  /**
   * The windows by an older zone or first day of the week that count for this one. What was spent in one that has not ended
   * counts whole: nobody knows when in it that was.
   */
  #overlapping(window: Window, wallNow: number): readonly Counter[] {
    const { per } = this.rule.window;
    for (const [start, spent] of this.earlier ?? []) {
      if (this.#counters.has(start) || !overlaps(per, start, window, wallNow)) continue;
      const counter = new Counter({ start, end: start }, spent);
      this.#noteReached(counter);
      this.#counters.set(start, counter);
    }
    return Array.from(this.#counters.values()).filter(({ start }) => overlaps(per, start, window, wallNow));
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

import type { BudgetUnit } from '../../core/budget-spec.ts';
import type { TokenLimit } from '../../core/spend-lease.ts';
import type { TokenBucket, Rate } from '../../lib/token-bucket.ts';
import type { Budget } from './budget.ts';
import type { Counter } from './counter.ts';

/** Who asks for a part of a pool: a request that wants in, one more attempt, a stream that goes on, or a request that was let in before the pool was there. */
export type HoldReason = 'admission' | 'attempt' | 'stream' | 'late';

/** What is asked for, and the least to begin with or to go on. */
interface Wanted {
  readonly needed: number;
  readonly least: number;
}

/** Something that requests hold a part of while they are under way: a window of a budget, or a bucket of tokens. Amounts are whole numbers of its unit. */
export interface Pool {
  readonly unit: BudgetUnit;
  /** It counts windows, and no rate. */
  readonly isBudget: boolean;
  /** Whether one who asks so may hear no. */
  mayRefuse(asking: HoldReason): boolean;
  /** What may still be held of it; negative where more was spent than it had. */
  room(): number;
  /** Whether so much is enough for what is asked. */
  takes(wanted: Wanted, available: number): boolean;
  /** Another exchange is let have less of it than an answer in one piece may cost. */
  isShortForOthers(): boolean;
  /** Nothing comes back before, in milliseconds since the epoch; 0: something may at any moment. */
  readonly closedUntil: number;
  /** Somebody holds something from now on. */
  open(): void;
  /** Holds so much more; less where it is negative. `isShort`: it is less than an answer in one piece may cost. */
  hold(amount: number, isShort: boolean): void;
  /** What was `held` is let go of; `spent` was spent. */
  settle(held: number, spent: number): void;
}

/** One window of a budget. */
export class BudgetPool implements Pool {
  readonly isBudget = true;

  constructor(
    readonly budget: Budget,
    readonly counter: Counter,
    /** Told when something was spent. */
    private readonly onSpent: (pool: BudgetPool) => void,
  ) {}

  get unit(): BudgetUnit {
    return this.budget.rule.unit;
  }

  mayRefuse(asking: HoldReason): boolean {
    const { mode, finishesOverrun } = this.budget.rule;
    return mode === 'hard' && asking !== 'late' && !(asking === 'stream' && finishesOverrun);
  }

  room(): number {
    return Number(this.budget.rule.limit - this.counter.spent - this.counter.held);
  }

  /** Where little is left, a request begins with that: what is expected of it may never come. What costs nothing passes only where something is left. */
  takes({ least }: Wanted, available: number): boolean {
    return available >= least && available > 0;
  }

  isShortForOthers(): boolean {
    return this.counter.isShortForOthers(this);
  }

  /** What is missing is only held, for requests under way. */
  get isHeldBack(): boolean {
    return this.counter.spent < this.budget.rule.limit && this.counter.held > 0n;
  }

  get closedUntil(): number {
    return this.isHeldBack ? 0 : this.counter.end;
  }

  open(): void {
    this.counter.open();
  }

  hold(amount: number, isShort: boolean): void {
    this.counter.hold(amount);
    if (isShort) this.counter.shortFor = this;
    else if (this.counter.shortFor === this) this.counter.shortFor = undefined;
  }

  settle(held: number, spent: number): void {
    this.counter.settle(held, spent);
    if (this.counter.shortFor === this) this.counter.shortFor = undefined;
    if (spent > 0) this.onSpent(this);
  }
}

/** What a token limit is called, and how much it lets by. */
export interface TokenRate {
  /** Unique: what a bucket has left is kept under it. */
  readonly id: string;
  /** `token limit of the model `m``. */
  readonly scope: string;
  /** The key of the config that sets it. */
  readonly key: string;
  readonly perMinute: number;
}

/** A bucket of tokens that fills up within a minute. Streams go on when it is empty: it fills up later for that. */
export class TokenPool implements Pool {
  readonly unit = 'tokens';
  readonly isBudget = false;

  constructor(
    readonly bucket: TokenBucket,
    readonly tokenRate: TokenRate,
    private readonly now: () => number,
  ) {}

  get rate(): Rate {
    return rateOf(this.tokenRate);
  }

  mayRefuse(asking: HoldReason): boolean {
    return asking === 'admission';
  }

  room(): number {
    return Math.floor(this.bucket.level(this.rate, this.now()));
  }

  /** A request for more than the bucket holds gets what is in a full one, or it would never get in. */
  takes({ needed }: Wanted, available: number): boolean {
    return available >= Math.min(needed, Math.floor(this.rate.capacity));
  }

  isShortForOthers(): boolean {
    return false;
  }

  get closedUntil(): number {
    return 0;
  }

  open(): void {
    // A bucket does not count who has taken from it.
  }

  hold(amount: number): void {
    this.bucket.take(amount);
  }

  settle(held: number, spent: number): void {
    this.bucket.take(spent - held);
  }

  /** What is left of it now. */
  state(): TokenLimit {
    const remaining = Math.max(0, this.room());
    const limit = Math.floor(this.rate.capacity);
    return { limit, remaining, resetMs: Math.ceil(this.bucket.msUntil(this.rate.capacity, this.rate)) };
  }
}

/** The bucket of a limit: it holds the tokens of one minute. */
export function rateOf({ perMinute }: TokenRate): Rate {
  return { perSecond: perMinute / 60, capacity: Math.max(1, perMinute) };
}

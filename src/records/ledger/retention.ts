import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { Log } from '../log/log.ts';

/** What drops the rows of whole days, and the sums of hours and days. Days are counted from the epoch, in UTC. */
export interface DayStore {
  dropDaysBefore(day: number): Promise<readonly number[]>;
  dropRollupsBefore(at: number): Promise<number>;
}

/** What is told of it. */
export interface RetentionEvents {
  dropped(days: { readonly days: number; readonly first: string; readonly last: string }): void;
  failed(cause: string): void;
}

const DAY_MS = 86_400_000;
const PAUSE_MS = 3_600_000;

/** Drops the rows of days that are older than `keepDays`, and the sums of those older than `keepUsageDays`, once an hour. */
export class Retention {
  keepDays = Infinity;
  keepUsageDays = Infinity;
  #cancel: (() => void) | undefined;
  #isStopped = false;
  #dropping: Promise<void> | undefined;

  constructor(
    private readonly clock: Clock,
    log: Log,
    private readonly store: () => Promise<DayStore>,
    /** Says which days were dropped, or why none could be. */
    private readonly tell: RetentionEvents = tellOfRows(log),
  ) {}

  /** Begins with it, and goes on until `stop`. */
  start(): void {
    if (this.#isStopped || this.#dropping !== undefined || this.#cancel !== undefined) return;
    this.#dropping = this.#drop().finally(() => {
      this.#dropping = undefined;
      if (this.#isStopped) return;
      this.#cancel = this.clock.after(PAUSE_MS, () => {
        this.#cancel = undefined;
        this.start();
      });
    });
  }

  /** Begins nothing more. Resolves when what was begun is over: nothing may close the store meanwhile. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#dropping;
  }

  async #drop(): Promise<void> {
    if (this.keepDays === Infinity) return;
    // Today is not over, so it does not count as a kept day.
    const today = Math.floor(this.clock.wallNow() / DAY_MS);
    const first = today - this.keepDays;
    try {
      const store = await this.store();
      if (this.keepUsageDays !== Infinity) await store.dropRollupsBefore((today - this.keepUsageDays) * DAY_MS);
      const days = await store.dropDaysBefore(first);
      if (days.length === 0) return;
      const [least, most] = [Math.min(...days), Math.max(...days)];
      this.tell.dropped({ days: days.length, first: dateOf(least), last: dateOf(most) });
    } catch (error) {
      this.tell.failed(messageOf(error));
    }
  }
}

function tellOfRows(log: Log): RetentionEvents {
  return {
    dropped: (days) => log.info('old days of the ledger were dropped', days),
    failed: (cause) => log.error('old days of the ledger cannot be dropped', { cause }),
  };
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

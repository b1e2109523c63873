import { Bag } from './bag.ts';
import type { BagItem } from './bag.ts';
import type { Clock } from './clock.ts';

/** Deadlines that are due later than this have no timer of their own yet. */
const NEAR_MS = 1000;

/** Whoever is told that a deadline is due. An object, for a function would be made for each of very many. */
export interface DeadlineListener {
  onDeadline(): void;
}

/**
 * A timer that is cheap to set and to postpone. Work in progress moves its deadline with every byte; here that is a
 * number written. Deadlines that are far off share one timer, which looks at them once a second: most work is over sooner.
 */
export class DeadlineTimer implements BagItem {
  /** The bag's own. */
  slot = -1;
  /** When it is due, in the clock's monotonic milliseconds; `Infinity`: not at all. */
  #dueAt = Infinity;
  /** When it is looked at next. */
  #looksAt = Infinity;
  #cancel: (() => void) | undefined;
  readonly #shared: SharedTimer;

  constructor(
    private readonly clock: Clock,
    private readonly listener: DeadlineListener,
  ) {
    this.#shared = sharedTimerOf(clock);
  }

  /** Sets the deadline, postpones it or brings it forward. The listener is told once, at the time set last. */
  setAt(dueAt: number): void {
    this.#dueAt = dueAt;
    if (dueAt < this.#looksAt) this.#arm();
  }

  clear(): void {
    this.#dueAt = Infinity;
    this.#disarm();
  }

  /** Tells the listener if it is time, else waits on. */
  look(): void {
    this.#disarm();
    if (this.#dueAt === Infinity) return;
    if (this.clock.now() < this.#dueAt) {
      this.#arm();
      return;
    }
    this.#dueAt = Infinity;
    this.listener.onDeadline();
  }

  #arm(): void {
    this.#disarm();
    const now = this.clock.now();
    if (this.#dueAt > now + NEAR_MS) {
      this.#looksAt = this.#shared.add(this, now);
    } else {
      this.#looksAt = this.#dueAt;
      this.#cancel = this.clock.after(Math.max(0, this.#dueAt - now), () => this.look());
    }
  }

  #disarm(): void {
    this.#looksAt = Infinity;
    if (this.slot !== -1) this.#shared.delete(this);
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** The one timer of a clock for all deadlines that are far off. */
class SharedTimer {
  readonly #waiting = new Bag<DeadlineTimer>();
  #nextAt: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** Returns when the deadline will be looked at. */
  add(timer: DeadlineTimer, now: number): number {
    this.#waiting.add(timer);
    if (this.#nextAt === undefined) {
      this.#nextAt = now + NEAR_MS;
      this.clock.after(NEAR_MS, this.#look);
    }
    return this.#nextAt;
  }

  delete(timer: DeadlineTimer): void {
    this.#waiting.delete(timer);
  }

  readonly #look = (): void => {
    this.#nextAt = undefined;
    // One that was cleared when another was due has no deadline any more.
    for (const timer of this.#waiting.all()) timer.look();
  };
}

const sharedTimers = new WeakMap<Clock, SharedTimer>();

function sharedTimerOf(clock: Clock): SharedTimer {
  let found = sharedTimers.get(clock);
  if (found === undefined) sharedTimers.set(clock, (found = new SharedTimer(clock)));
  return found;
}

import type { Clock } from '../../src/lib/clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly task: () => void;
}

/** A clock that stands still until it is told to go on. Wall and monotonic time are apart, as they are in life. */
export class FakeClock implements Clock {
  /** Timers that were set, ever: what a cheap timer saves. */
  timersSet = 0;
  readonly #timers = new Set<Timer>();
  #nowMs: number;

  constructor(
    startMs = 1000,
    private readonly wallStartMs = Date.UTC(2026, 0, 1),
  ) {
    this.#nowMs = startMs;
  }

  /** Timers that wait to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  readonly now = (): number => this.#nowMs;
  readonly wallNow = (): number => this.wallStartMs + this.#nowMs;

  readonly after = (delayMs: number, task: () => void): (() => void) => {
    const timer: Timer = { dueAt: this.#nowMs + delayMs, task };
    this.timersSet++;
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Lets `ms` go by; what falls due meanwhile runs at its own time, in order. */
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    for (;;) {
      const next = this.#nextDue(until);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueAt;
      next.task();
    }
    this.#nowMs = until;
  }

  #nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}

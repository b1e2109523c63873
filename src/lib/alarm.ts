import type { Clock } from './clock.ts';

/**
 * A timer that is cheap to postpone. Work in progress moves its deadline with every byte; here that is a number
 * written, and the one timer underneath looks at it when it fires and sleeps on for the rest.
 */
export class Alarm {
  /** When `task` is due, in the clock's monotonic milliseconds; `Infinity`: not at all. */
  #dueAt = Infinity;
  #firesAt = Infinity;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly task: () => void,
  ) {}

  /** Sets, postpones or (for an earlier time) brings forward. The task runs once, at the time set last. */
  setAt(dueAt: number): void {
    this.#dueAt = dueAt;
    if (dueAt < this.#firesAt) this.#arm();
  }

  clear(): void {
    this.#dueAt = Infinity;
    this.#firesAt = Infinity;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.#cancel?.();
    this.#firesAt = this.#dueAt;
    this.#cancel = this.clock.after(Math.max(0, this.#dueAt - this.clock.now()), this.#fire);
  }

  readonly #fire = (): void => {
    this.#cancel = undefined;
    this.#firesAt = Infinity;
    if (this.#dueAt === Infinity) return;
    if (this.clock.now() < this.#dueAt) {
      this.#arm();
      return;
    }
    this.#dueAt = Infinity;
    this.task();
  };
}

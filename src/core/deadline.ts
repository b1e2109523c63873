import type { Clock } from '../lib/clock.ts';
import { DeadlineTimer } from '../lib/deadline-timer.ts';
import type { DeadlineListener } from '../lib/deadline-timer.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Exchange } from './exchange.ts';
import { Aborted } from './failure.ts';

/** When an exchange must be over, whatever it is doing: it is aborted then. */
export class Deadline implements DeadlineListener {
  /** Monotonic milliseconds. */
  at = Infinity;
  readonly #timer: DeadlineTimer;

  constructor(
    private readonly exchange: Exchange,
    clock: Clock,
  ) {
    this.#timer = new DeadlineTimer(clock, this);
  }

  moveTo(at: number): void {
    this.at = at;
    this.#timer.setAt(at);
  }

  /** The exchange is over. */
  stop(): void {
    this.#timer.clear();
  }

  onDeadline(): void {
    const limit = formatDuration(this.at - this.exchange.startedAt);
    this.exchange.abort(new Aborted('total_timeout', limit));
  }
}

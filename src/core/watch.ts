import type { Attempt } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import type { ConnectionListener } from './route.ts';
import { Aborted } from './failure.ts';
import { formatDuration } from '../lib/duration.ts';
import { DeadlineTimer } from '../lib/deadline-timer.ts';
import type { DeadlineListener } from '../lib/deadline-timer.ts';
import type { Clock } from '../lib/clock.ts';

/** What is waited for: nothing of a backend, the beginning of its answer, or more of it. */
type Phase = 'idle' | 'beginning' | 'answering';

/**
 * Ends an exchange that goes over its deadline, and an attempt whose backend is silent for too long, telling which
 * limit it was. One timer serves an exchange through all its attempts.
 */
export class Watch implements DeadlineListener, ConnectionListener {
  readonly #timer: DeadlineTimer;
  /** What the timer is set for. It is brought forward, never put off: what is not due when it fires is looked at again then. */
  #timerAt = Infinity;
  #phase: Phase = 'idle';
  #attempt: Attempt | undefined;
  #firstByteDueAt = Infinity;
  /** When connecting will have taken too long; `Infinity` while nothing is being connected. */
  #connectDueAt = Infinity;
  /** How long the backend may be silent. */
  #readMs = Infinity;
  /** How long it may be in the wait that is under way. */
  #silenceMs = Infinity;
  /** When the wait for more will have been too long; `Infinity` while nobody waits: a slow client is not the backend's silence. */
  #silentAt = Infinity;

  constructor(
    private readonly exchange: Exchange,
    private readonly clock: Clock,
  ) {
    this.#timer = new DeadlineTimer(clock, this);
  }

  /** From now on the exchange may not go over its deadline. */
  starts(): void {
    this.#setTimer();
  }

  /** A request goes out. */
  begins(attempt: Attempt): void {
    const { firstByteMs } = attempt;
    this.#readMs = attempt.route.timeouts.readMs;
    this.#attempt = attempt;
    this.#phase = 'beginning';
    this.#firstByteDueAt = attempt.startedAt + firstByteMs;
    this.#connectDueAt = Infinity;
    this.#setTimer();
  }

  connecting(): void {
    if (this.#attempt === undefined || this.#phase !== 'beginning') return;
    this.#connectDueAt = this.clock.now() + this.#attempt.route.timeouts.connectMs;
    this.#endBy(this.#connectDueAt);
  }

  connected(): void {
    this.#connectDueAt = Infinity;
  }

  /** No answer can begin before the request is whole. */
  uploading(): void {
    if (this.#attempt === undefined || this.#phase !== 'beginning') return;
    this.#firstByteDueAt = this.clock.now() + this.#attempt.firstByteMs;
  }

  /** The answer has begun for good: from here on, silence is what counts. */
  committed(): void {
    this.#phase = 'answering';
  }

  /** More of the answer is waited for, up to the backend's read_timeout or `mostMs`. */
  waits(mostMs = Infinity): void {
    if (this.#phase !== 'answering') return;
    this.#silenceMs = Math.min(mostMs, this.#readMs);
    this.#silentAt = this.clock.now() + this.#silenceMs;
    this.#endBy(this.#silentAt);
  }

  gotBytes(): void {
    this.#silentAt = Infinity;
  }

  /** The attempt is over, whichever way; the deadline stands. */
  ends(): void {
    this.#phase = 'idle';
    this.#attempt = undefined;
    this.#silentAt = Infinity;
  }

  /** The exchange is over. */
  stop(): void {
    this.#timer.clear();
  }

  #setTimer(): void {
    this.#endBy(Math.min(this.exchange.deadlineAt, this.#dueAt()));
  }

  #endBy(dueAt: number): void {
    if (dueAt >= this.#timerAt) return;
    this.#timerAt = dueAt;
    this.#timer.setAt(dueAt);
  }

  #dueAt(): number {
    if (this.#phase === 'idle') return Infinity;
    return this.#phase === 'answering' ? this.#silentAt : Math.min(this.#firstByteDueAt, this.#connectDueAt);
  }

  onDeadline(): void {
    this.#timerAt = Infinity;
    const now = this.clock.now();
    if (now >= this.exchange.deadlineAt) {
      this.exchange.abort(
        new Aborted('total_timeout', formatDuration(this.exchange.deadlineAt - this.exchange.startedAt)),
      );
      return;
    }
    const attempt = this.#attempt;
    if (attempt !== undefined && this.#phase === 'answering' && now >= this.#silentAt) {
      this.#silentAt = Infinity;
      attempt.abort(new Aborted('read_timeout', formatDuration(this.#silenceMs)));
    }
    if (attempt !== undefined && this.#phase === 'beginning') this.#onSilentBeginning(attempt, now);
    this.#setTimer();
  }

  #onSilentBeginning(attempt: Attempt, now: number): void {
    if (now >= this.#connectDueAt) {
      this.#connectDueAt = Infinity;
      attempt.abort(new Aborted('connect_timeout', formatDuration(attempt.route.timeouts.connectMs)));
    } else if (now >= this.#firstByteDueAt) {
      this.#firstByteDueAt = Infinity;
      attempt.abort(new Aborted('first_byte_timeout', attempt.firstByteLimit));
    }
  }
}

import type { Attempt } from './attempt.ts';
import type { ConnectionListener } from './route.ts';
import { Aborted } from './failure.ts';
import { formatDuration } from '../lib/duration.ts';
import { DeadlineTimer } from '../lib/deadline-timer.ts';
import type { DeadlineListener } from '../lib/deadline-timer.ts';
import type { Clock } from '../lib/clock.ts';

/** What is waited for: nothing of a backend, the beginning of its answer, or more of it. */
type Phase = 'idle' | 'beginning' | 'answering';

/** Ends an attempt whose backend is silent for too long, telling which limit it was. */
export class Watch implements DeadlineListener, ConnectionListener {
  readonly #timer: DeadlineTimer;
  /** What the timer is set for. It is brought forward, never put off: what is not due when it fires is looked at again then. */
  #timerAt = Infinity;
  #phase: Phase = 'idle';
  #firstByteDueAt = Infinity;
  /** When connecting will have taken too long; `Infinity` while nothing is being connected. */
  #connectDueAt = Infinity;
  /** How long the backend may be silent in the wait that is under way. */
  #silenceMs = Infinity;
  /** When the wait for more will have been too long; `Infinity` while nobody waits: a slow client is not the backend's silence. */
  #silentAt = Infinity;

  constructor(
    private readonly attempt: Attempt,
    private readonly clock: Clock,
  ) {
    this.#timer = new DeadlineTimer(clock, this);
  }

  /** The request goes out, for the first time or once more. */
  begins(): void {
    const { firstByteMs, startedAt } = this.attempt;
    this.#phase = 'beginning';
    this.#firstByteDueAt = startedAt + firstByteMs;
    this.#connectDueAt = Infinity;
    this.#setTimer();
  }

  connecting(): void {
    if (this.#phase !== 'beginning') return;
    this.#connectDueAt = this.clock.now() + this.attempt.route.timeouts.connectMs;
    this.#endBy(this.#connectDueAt);
  }

  connected(): void {
    this.#connectDueAt = Infinity;
  }

  /** No answer can begin before the request is whole. */
  uploading(): void {
    if (this.#phase === 'beginning') this.#firstByteDueAt = this.clock.now() + this.attempt.firstByteMs;
  }

  /** The answer has begun for good: from here on, silence is what counts. */
  committed(): void {
    this.#phase = 'answering';
  }

  /** More of the answer is waited for, up to the backend's read_timeout or `mostMs`. */
  waits(mostMs = Infinity): void {
    if (this.#phase !== 'answering') return;
    this.#silenceMs = Math.min(mostMs, this.attempt.route.timeouts.readMs);
    this.#silentAt = this.clock.now() + this.#silenceMs;
    this.#endBy(this.#silentAt);
  }

  gotBytes(): void {
    this.#silentAt = Infinity;
  }

  /** There is nothing to wait for any more. */
  ends(): void {
    this.#phase = 'idle';
    this.#silentAt = Infinity;
    this.#timerAt = Infinity;
    this.#timer.clear();
  }

  #setTimer(): void {
    this.#endBy(this.#dueAt());
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
    if (this.#phase === 'answering' && now >= this.#silentAt) {
      this.#silentAt = Infinity;
      this.attempt.abort(new Aborted('read_timeout', formatDuration(this.#silenceMs)));
    }
    if (this.#phase === 'beginning') this.#onSilentBeginning(now);
    this.#setTimer();
  }

  #onSilentBeginning(now: number): void {
    const { attempt } = this;
    if (now >= this.#connectDueAt) {
      this.#connectDueAt = Infinity;
      attempt.abort(new Aborted('connect_timeout', formatDuration(attempt.route.timeouts.connectMs)));
    } else if (now >= this.#firstByteDueAt) {
      this.#firstByteDueAt = Infinity;
      attempt.abort(new Aborted('first_byte_timeout', attempt.firstByteLimit));
    }
  }
}

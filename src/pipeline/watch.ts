import type { Attempt } from '../core/attempt.ts';
import { Aborted } from '../core/failure.ts';
import { Alarm } from '../lib/alarm.ts';
import type { Clock } from '../lib/clock.ts';

/** Ends an attempt whose backend is silent for too long, and tells which limit it went over. */
export class Watch {
  readonly #alarm: Alarm;
  readonly #firstByteDueAt: number;
  #headersCame = false;
  #probed = false;
  #committed = false;
  /** Since when the next bytes are waited for; 0 while nobody waits (a slow client is not the backend's silence). */
  #waitingSince = 0;

  constructor(
    private readonly attempt: Attempt,
    private readonly clock: Clock,
  ) {
    const { connectMs, firstByteMs } = attempt.route.timeouts;
    this.#firstByteDueAt = attempt.startedAt + firstByteMs;
    this.#alarm = new Alarm(clock, () => this.#onAlarm());
    this.#alarm.setAt(Math.min(this.#firstByteDueAt, attempt.startedAt + connectMs / 2));
  }

  /** The backend has answered, so there is a connection. */
  headersCame(): void {
    this.#headersCame = true;
  }

  /** The answer has begun for good: from here on, silence is what counts. */
  committed(): void {
    this.#committed = true;
    this.#alarm.clear();
  }

  waits(): void {
    this.#waitingSince = this.clock.now();
    if (this.#committed) this.#alarm.setAt(this.#waitingSince + this.attempt.route.timeouts.readMs);
  }

  gotBytes(): void {
    this.#waitingSince = 0;
  }

  stop(): void {
    this.#alarm.clear();
  }

  #onAlarm(): void {
    if (this.#committed) {
      // The alarm is set anew with each wait, so if somebody still waits, it is this wait that was too long.
      if (this.#waitingSince !== 0) this.attempt.abort(new Aborted('read_timeout'));
    } else if (this.clock.now() >= this.#firstByteDueAt) {
      this.attempt.abort(new Aborted('first_byte_timeout'));
    } else {
      this.#alarm.setAt(this.#firstByteDueAt);
      if (!this.#headersCame && !this.#probed) void this.#probe();
    }
  }

  /**
   * `fetch` does not say whether it has a connection. So when half of connect_timeout has gone by without an answer, a
   * connection is opened beside it: if that gets no answer in the other half, neither has the request. Quick answers,
   * which are nearly all, cost nothing.
   */
  async #probe(): Promise<void> {
    this.#probed = true;
    const reached = await this.attempt.route.backend.probe(this.attempt.route.timeouts.connectMs / 2);
    if (reached === 'no_answer' && !this.#headersCame) this.attempt.abort(new Aborted('connect_timeout'));
  }
}

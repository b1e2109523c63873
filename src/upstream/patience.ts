import type { UpstreamBody } from '../core/upstream-answer.ts';
import type { Clock } from '../lib/clock.ts';

/**
 * How long more is waited for after a finish, and for the end of the transfer after the end of a stream: usage comes a
 * second late at times, and so does content after a finish that was none. The client has everything meanwhile; what is
 * kept for longer is its connection and a slot of the backend.
 */
export const AFTER_FINISH_MS = 5000;

/** What is left of that wait. Only waiting takes from it, so the client's slowness does not. */
export class Patience {
  #leftMs = AFTER_FINISH_MS;
  #since: number | undefined;

  /** A wait begins, at the clock's `now`; returns how long it may take. */
  begins(now: number): number {
    this.#since = now;
    return Math.max(0, this.#leftMs);
  }

  /** It was not in vain. Comments may come for ever; what says something (`saysMore`) may be followed by more. */
  ends(now: number, saysMore: boolean): void {
    if (this.#since === undefined) return;
    this.#leftMs = saysMore ? AFTER_FINISH_MS : this.#leftMs - (now - this.#since);
    this.#since = undefined;
  }
}

/** How long the end of a transfer is waited for that nobody waits for any more. */
const LINGER_MS = 1000;

/** Waits a moment for the end of a transfer that has nothing more to say, so that its connection is good for another request. */
export async function lingerOn(body: UpstreamBody, clock: Clock): Promise<void> {
  const cancel = clock.after(LINGER_MS, () => body.cancel());
  try {
    while (!(await body.read()).done);
  } catch {
    // Whatever happens to the connection now, the answer was whole.
  } finally {
    cancel();
  }
}

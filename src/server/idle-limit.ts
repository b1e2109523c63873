import type { Exchange } from '../core/exchange.ts';
import type { Bag } from '../lib/bag.ts';
import type { BunServer } from './listen.ts';

/** Bun counts in steps of 4 seconds, so that a limit may be over so much too soon. */
const STEP_SECONDS = 4;
/** It counts in a byte. */
const MOST_SECONDS = 255;
const MOST_OFTEN_MS = 1000;

/**
 * Closes connections that are idle between requests. Bun counts from the last request's beginning or end, and cuts off a
 * long answer as well: so, several times within a limit, its clock is set back for all that is under way. Requests that
 * are over sooner cost nothing.
 */
export class IdleLimit {
  #seconds = 0;
  #server: BunServer | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly exchanges: Bag<Exchange>) {}

  /** From now on connections may be idle for `limitMs`; 0 is for ever. Returns what listeners are to be told, in seconds. */
  configure(limitMs: number): number {
    const seconds = limitMs === 0 ? 0 : Math.min(MOST_SECONDS, Math.ceil(limitMs / 1000) + STEP_SECONDS);
    if (seconds === this.#seconds) return seconds;
    this.stop();
    this.#seconds = seconds;
    if (seconds === 0) return seconds;
    this.#timer = setInterval(this.#renew, Math.max(MOST_OFTEN_MS, limitMs / 3));
    this.#timer.unref();
    return seconds;
  }

  /** Any server will do: what it sets is the connection's. */
  use(server: BunServer): void {
    this.#server = server;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#seconds = 0;
  }

  readonly #renew = (): void => {
    for (const { request } of this.exchanges.all()) this.#server?.timeout(request, this.#seconds);
  };
}

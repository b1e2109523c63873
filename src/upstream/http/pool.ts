import type { Connection, Home } from './connection.ts';

/** Idle connections are given up before the common 60 s and 75 s of servers and load balancers, who would close them first. */
const IDLE_MS = 55_000;
/** So many may be idle for that long; those beyond, which the last burst of requests has left, only for a while. */
const SPARE = 2;
const SPARE_IDLE_MS = 10_000;
const SWEEP_MS = 2_500;
const MOST_IDLE = 512;
/** Each takes a descriptor for as long as the system tries: two minutes, where nobody answers. */
const MOST_ABANDONED = 64;
/**
 * A connection is used again only when it has been silent for so long. What a server sends behind an answer, by mistake
 * or on purpose, mostly comes soon; a request that was on its way just then would get it for its answer.
 */
const QUIET_MS = 250;
/** With so many resting there is no time for that: the eldest are used again. */
const MOST_RESTING = 32;

/** A backend's connections that have no request on them. */
export class Pool implements Home {
  /** Not silent for long enough yet, the oldest first. */
  readonly #resting: Connection[] = [];
  /** To be used again, the one used last at the end: the others can go. */
  readonly #ready: Connection[] = [];
  #sweep: Timer | undefined;
  #isRetired = false;
  #abandoned = 0;

  constructor(
    private readonly isKept: boolean,
    private readonly quietMs = QUIET_MS,
  ) {}

  get keepsAlive(): boolean {
    return this.isKept && !this.#isRetired;
  }

  /** So many are being opened for nobody that another would most likely be, too: the host does not answer. */
  get isHanging(): boolean {
    return this.#abandoned >= MOST_ABANDONED;
  }

  abandoned(change: 1 | -1): void {
    this.#abandoned += change;
  }

  /** A connection to send a request over, if there is one. */
  take(): Connection | undefined {
    if (this.#resting.length > 0) this.#promote(performance.now());
    return this.#ready.pop();
  }

  returned(connection: Connection): void {
    connection.restingSince = performance.now();
    if (this.#resting.length + this.#ready.length >= MOST_IDLE) {
      const eldest = this.#ready.shift() ?? this.#resting.shift();
      eldest?.hangUp();
    }
    this.#resting.push(connection);
    this.#sweep ??= setInterval(() => this.#closeIdle(), SWEEP_MS).unref();
  }

  lost(connection: Connection): void {
    for (const list of [this.#ready, this.#resting]) {
      const at = list.indexOf(connection);
      if (at !== -1) list.splice(at, 1);
    }
  }

  doubted(): void {
    this.#close(Infinity, 0);
  }

  /** Closes what is idle, now and from now on; requests under way go on. */
  retire(): void {
    this.#isRetired = true;
    this.#close(Infinity, 0);
  }

  #promote(now: number): void {
    for (let eldest = this.#resting[0]; eldest !== undefined; eldest = this.#resting[0]) {
      if (eldest.restingSince > now - this.quietMs && this.#resting.length <= MOST_RESTING) return;
      this.#resting.shift();
      this.#ready.push(eldest);
    }
  }

  #closeIdle(): void {
    const now = performance.now();
    this.#close(now - IDLE_MS, 0);
    this.#close(now - SPARE_IDLE_MS, SPARE);
  }

  /** Closes those that have been idle since `since` or longer, but for so many: they rest in the order in which they came. */
  #close(since: number, kept: number): void {
    const idle = [...this.#ready, ...this.#resting];
    for (const connection of idle.slice(0, Math.max(0, idle.length - kept)))
      if (connection.restingSince <= since) connection.hangUp();
    if (this.#ready.length + this.#resting.length > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

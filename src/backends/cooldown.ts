import { Lease } from '../core/lease.ts';
import type { Clock } from '../lib/clock.ts';

/** One backend+model that failed lately. */
interface Entry {
  /** Monotonic milliseconds; cooling before, half open after. */
  until: number;
  /** When the cooldown was earned: an answer to an older request does not end it. */
  since: number;
  /** Half open: the one request that is let through is under way. */
  trial: boolean;
}

/** Told of each change of state, once. */
export interface CooldownListener {
  cooling(key: string, untilWallMs: number, failure: string): void;
  recovered(key: string): void;
}

/**
 * Which backend+model pairs rest after a failure. A pair cools until its time is over, is then half open (one request
 * at a time goes through), and is up again with the first success. Only failed pairs have an entry, so the table is as
 * small as the trouble is. Survives reloads.
 */
export class Cooldowns {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly clock: Clock,
    private readonly listener: CooldownListener,
  ) {}

  /** True if a request may be sent now: the pair is up, or half open with nothing under way. */
  admits(key: string): boolean {
    if (this.#entries.size === 0) return true;
    const entry = this.#entries.get(key);
    return entry === undefined || (this.clock.now() >= entry.until && !entry.trial);
  }

  /** When the pair is due back, in monotonic milliseconds; 0 if it is up. */
  dueAt(key: string): number {
    return this.#entries.get(key)?.until ?? 0;
  }

  /** To be called when a request is sent: the trial of a half-open pair, to be settled with the attempt. Undefined for a pair that is up. */
  beginTrial(key: string): Lease | undefined {
    if (this.#entries.size === 0) return undefined;
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.trial || this.clock.now() < entry.until) return undefined;
    entry.trial = true;
    return new Lease(() => {
      entry.trial = false;
    });
  }

  /** Lets the pair cool for `durationMs`; returns until when, on the wall. A cooldown is never made shorter. */
  blame(key: string, durationMs: number, failure: string): number {
    const now = this.clock.now();
    const entry = this.#entries.get(key) ?? { until: 0, since: 0, trial: false };
    const wasCooling = now < entry.until;
    entry.until = Math.max(entry.until, now + durationMs);
    entry.since = now;
    this.#entries.set(key, entry);
    const untilWall = this.clock.wallNow() + (entry.until - now);
    if (!wasCooling) this.listener.cooling(key, untilWall, failure);
    return untilWall;
  }

  /** A request that was sent at `sentAt` (monotonic) was answered well. */
  succeed(key: string, sentAt: number): void {
    if (this.#entries.size === 0) return;
    const entry = this.#entries.get(key);
    if (entry === undefined || sentAt < entry.since) return;
    this.#entries.delete(key);
    this.listener.recovered(key);
  }
}

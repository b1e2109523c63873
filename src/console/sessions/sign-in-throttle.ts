import { Refusal } from '../../core/refusal.ts';
import { addressKey } from '../../lib/address-list.ts';
import type { Clock } from '../../lib/clock.ts';
import { Recent } from '../../lib/recent.ts';
import { TokenBucket } from '../../lib/token-bucket.ts';

/** Addresses of which failures are remembered; of more, those that failed longest ago are forgotten. */
const MAX_ADDRESSES = 10_000;
/** So often people mistype a key. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
const MOST_WAIT_MS = 60_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/** Failures from all addresses that nobody minds. */
const OF_ALL = { perSecond: 2, capacity: 120 };
/** Beyond them every attempt waits, and so many may. */
const SLOWED_MS = 1000;
const MOST_WAITING = 100;

/**
 * Slows down whoever guesses keys. An address waits after its first failures, twice as long after each; whoever has many
 * addresses slows all attempts down by a second, and locks nobody out.
 */
export class SignInThrottle {
  readonly #addresses = new Recent<Failures>(MAX_ADDRESSES);
  readonly #ofAll: TokenBucket;
  #waiting = 0;

  constructor(private readonly clock: Clock) {
    this.#ofAll = new TokenBucket(OF_ALL, clock.now());
  }

  /** Resolves when an attempt may be made. Rejects with the Refusal of an address that has to wait. */
  async begin(ip: string): Promise<void> {
    const address = addressKey(ip);
    const now = this.clock.now();
    const failures = this.#addresses.get(address);
    const waitMs = failures === undefined ? 0 : failures.until - now;
    if (waitMs > 0) throw tooMany(waitMs);
    if (this.#ofAll.level(OF_ALL, now) >= 1) return;
    if (this.#waiting >= MOST_WAITING) throw tooMany(SLOWED_MS);
    this.#waiting++;
    // One attempt at once from each address.
    this.#remember(address, now).until = now + SLOWED_MS;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.clock.after(SLOWED_MS, resolve);
    await promise;
    this.#waiting--;
  }

  /** An attempt has failed. */
  failed(ip: string): void {
    const now = this.clock.now();
    if (this.#ofAll.level(OF_ALL, now) >= 1) this.#ofAll.take();
    const failures = this.#remember(addressKey(ip), now);
    failures.count++;
    failures.at = now;
    const beyond = failures.count - FREE_FAILURES;
    if (beyond >= 0) failures.until = now + Math.min(FIRST_WAIT_MS * 2 ** beyond, MOST_WAIT_MS);
  }

  /** One has succeeded: who mistypes a key starts from nothing again. */
  succeeded(ip: string): void {
    this.#addresses.delete(addressKey(ip));
  }

  #remember(address: string, now: number): Failures {
    const known = this.#addresses.get(address);
    if (known !== undefined && now - known.at < FORGOTTEN_AFTER_MS) return known;
    this.#addresses.delete(address);
    return this.#addresses.add(address, { count: 0, at: now, until: -Infinity });
  }
}

interface Failures {
  count: number;
  /** When it failed last, and until when it waits; monotonic milliseconds. */
  at: number;
  until: number;
}

function tooMany(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000);
  return new Refusal('too_many_sign_ins', `Too many sign-ins have failed. Try again in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  });
}

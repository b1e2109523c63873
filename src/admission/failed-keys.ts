import { Refusal } from '../core/refusal.ts';
import { addressKey } from '../lib/address-list.ts';
import type { Clock } from '../lib/clock.ts';
import { Recent } from '../lib/recent.ts';
import { TokenBucket } from '../lib/token-bucket.ts';
import type { Rate } from '../lib/token-bucket.ts';

/** Addresses whose failures are remembered; of more, those that failed longest ago are forgotten. */
const MAX_ADDRESSES = 10_000;
/** So many addresses' worth of failures are logged one by one: whoever has many addresses fills no disk either. */
const LOGGED_ADDRESSES = 20;
/** Addresses that are logged by name in a second; the others are logged together. */
const MAX_TOLD = 10;
const TELL_EVERY_MS = 1000;

/** Told once a second what was refused and not logged: how often, by address; `others` are all that are not named. */
export type OnSuppressed = (address: string, requests: number) => void;

/** What becomes of a request whose key is refused. */
export interface Verdict {
  /** Instead of the refusal of the key, once its address has failed too often; undefined while it may still fail. */
  readonly refusal: Refusal | undefined;
  /** It is one of many: it gets no line of its own. */
  readonly suppressed: boolean;
}

/**
 * Counts requests without a right key by client address, for each failure costs work and a line. A right key always
 * passes, whatever came before from its address: many share one, and no one guesses a key of 128 bits at any rate.
 */
export class FailedKeys {
  #rate: Rate | undefined;
  #logRate: Rate | undefined;
  /** What may still be logged line by line, whatever address it is from. */
  #logged: TokenBucket | undefined;
  readonly #addresses = new Recent<Entry>(MAX_ADDRESSES);
  /** By address, what was not logged since it last was. */
  readonly #suppressed = new Map<string, number>();
  #isReporting = false;

  constructor(
    private readonly clock: Clock,
    private readonly onSuppressed: OnSuppressed,
  ) {}

  /** Lets another rate count from now on; 0 is without limit. */
  configure(perMinute: number): void {
    const now = this.clock.now();
    // What has come in so far came in at the old rate.
    if (this.#rate === undefined || perMinute === 0) this.#addresses.clear();
    else for (const { bucket } of this.#addresses.values()) bucket.level(this.#rate, now);
    this.#rate = perMinute === 0 ? undefined : rateOf(perMinute);
    this.#logRate = perMinute === 0 ? undefined : rateOf(perMinute * LOGGED_ADDRESSES);
    this.#logged = this.#logRate === undefined ? undefined : new TokenBucket(this.#logRate, now);
  }

  /** Counts a request whose key was refused; undefined where nothing is limited. */
  count(ip: string): Verdict | undefined {
    const rate = this.#rate;
    if (rate === undefined) return undefined;
    const now = this.clock.now();
    const address = addressKey(ip);
    const entry =
      this.#addresses.get(address) ??
      this.#addresses.add(address, { bucket: new TokenBucket(rate, now), loggedAt: -Infinity });
    const mayFail = entry.bucket.level(rate, now) >= 1;
    if (mayFail) entry.bucket.take();
    const isDue = mayFail || now - entry.loggedAt >= TELL_EVERY_MS;
    const suppressed = !isDue || !this.#mayLog(now);
    if (suppressed) this.#suppress(address);
    else if (!mayFail) entry.loggedAt = now;
    return { refusal: mayFail ? undefined : tooMany(entry.bucket.msUntil(1, rate), rate), suppressed };
  }

  #mayLog(now: number): boolean {
    if (this.#logged === undefined || this.#logRate === undefined) return true;
    if (this.#logged.level(this.#logRate, now) < 1) return false;
    this.#logged.take();
    return true;
  }

  #suppress(address: string): void {
    const key = this.#suppressed.has(address) || this.#suppressed.size < MAX_TOLD ? address : 'others';
    this.#suppressed.set(key, (this.#suppressed.get(key) ?? 0) + 1);
    if (this.#isReporting) return;
    this.#isReporting = true;
    this.clock.after(TELL_EVERY_MS, this.#tell);
  }

  readonly #tell = (): void => {
    this.#isReporting = false;
    const unlogged = [...this.#suppressed];
    this.#suppressed.clear();
    for (const [address, requests] of unlogged) this.onSuppressed(address, requests);
  };
}

interface Entry {
  readonly bucket: TokenBucket;
  /** When a refusal beyond the limit last got a line of its own. */
  loggedAt: number;
}

function rateOf(perMinute: number): Rate {
  return { perSecond: perMinute / 60, capacity: Math.max(1, perMinute) };
}

function tooMany(waitMs: number, { capacity }: Rate): Refusal {
  return new Refusal(
    'too_many_failed_keys',
    'Too many requests from this address had no right key (server.failed_keys_per_minute). Correct the key: a right one passes at once.',
    {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))), 'x-should-retry': 'false' },
      detail: `server.failed_keys_per_minute ${capacity}`,
    },
  );
}

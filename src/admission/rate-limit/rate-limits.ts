import { AdmissionLease, wasForNothing } from '../../core/admission-lease.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import { Refusal } from '../../core/refusal.ts';
import { addressKey } from '../../lib/address-list.ts';
import type { Clock } from '../../lib/clock.ts';
import { Recent } from '../../lib/recent.ts';
import { TokenBucket } from '../../lib/token-bucket.ts';
import type { Rate } from '../../lib/token-bucket.ts';
import type { Policy } from '../policy.ts';

/** Limits requests per second: all of them, those of an address and those for an alias. Whatever reaches a backend costs a token. */
export function rateLimitPolicy(limits: RateLimits): Policy {
  return {
    name: 'rate_limit',
    check: ({ clientIp }: Exchange) => limits.check(clientIp),
    admit: ({ clientIp, asked }: Exchange) => limits.take(clientIp, asked?.alias.name),
  };
}

/** Requests per second that are let in; what is undefined is not limited. */
export interface RateLimitSettings {
  readonly global: number | undefined;
  readonly perIp: number | undefined;
  /** By alias, as the config names it. */
  readonly perAlias: Readonly<Record<string, number>>;
  /** Seconds worth of requests that may come at once. */
  readonly burstFactor: number;
}

/** A bucket that a request takes from, and what it is called in answers. */
interface Share {
  readonly bucket: TokenBucket;
  readonly rate: Rate;
  readonly scope: string;
  /** The key of the config that sets it. */
  readonly key: string;
}

const GLOBAL = { scope: 'global rate limit', key: 'global_rps' };
const PER_IP = { scope: 'rate limit per IP address', key: 'per_ip_rps' };

/** So many client addresses are remembered; of more, those that were heard of longest ago are forgotten. */
const MAX_ADDRESSES = 100_000;

/**
 * Token buckets for all requests, for each client address and for each alias. A request takes from all that concern it,
 * or from none. The counts outlive reloads.
 */
export class RateLimits {
  #global: Share | undefined;
  #perIp: Rate | undefined;
  #perAlias = new Map<string, Share>();
  readonly #addresses = new Recent<TokenBucket>(MAX_ADDRESSES);

  constructor(private readonly clock: Clock) {}

  /** Lets new settings count from now on; undefined: no limits. What has come in so far came in at the old rates. */
  configure(settings: RateLimitSettings | undefined): void {
    const now = this.clock.now();
    const rateOf = (perSecond: number | undefined): Rate | undefined =>
      perSecond === undefined || settings === undefined
        ? undefined
        : { perSecond, capacity: Math.max(1, perSecond * settings.burstFactor) };
    const shareOf = (rate: Rate | undefined, name: Pick<Share, 'scope' | 'key'>, before?: Share): Share | undefined => {
      if (rate === undefined) return undefined;
      before?.bucket.level(before.rate, now);
      return { bucket: before?.bucket ?? new TokenBucket(rate, now), rate, ...name };
    };
    this.#global = shareOf(rateOf(settings?.global), GLOBAL, this.#global);
    const aliases = new Map<string, Share>();
    for (const [alias, perSecond] of Object.entries(settings?.perAlias ?? {})) {
      const name = { scope: `rate limit of the model \`${alias}\``, key: `per_model_rps.${alias}` };
      const share = shareOf(rateOf(perSecond), name, this.#perAlias.get(alias));
      if (share !== undefined) aliases.set(alias, share);
    }
    this.#perAlias = aliases;
    const perIp = rateOf(settings?.perIp);
    if (perIp === undefined) this.#addresses.clear();
    else if (this.#perIp !== undefined) for (const bucket of this.#addresses.values()) bucket.level(this.#perIp, now);
    this.#perIp = perIp;
  }

  /** Addresses that are remembered. */
  get addresses(): number {
    return this.#addresses.size;
  }

  /**
   * Takes a token from each bucket that concerns the request; undefined if none does. Throws a Refusal, and takes none, if
   * one of them is empty.
   */
  take(ip: string, alias?: string): RateLease | undefined {
    const shares = this.#check(ip, alias);
    return shares.length === 0 ? undefined : new RateLease(shares);
  }

  /** As `take`, but takes nothing: what would be refused in any case needs not be read first. */
  check(ip: string): void {
    this.#check(ip, undefined);
  }

  #check(ip: string, alias: string | undefined): readonly Share[] {
    const shares: Share[] = [];
    const ofAlias = alias === undefined ? undefined : this.#perAlias.get(alias);
    if (this.#global !== undefined) shares.push(this.#global);
    if (this.#perIp !== undefined)
      shares.push({ bucket: this.#bucketOf(ip, this.#perIp), rate: this.#perIp, scope: PER_IP.scope, key: PER_IP.key });
    if (ofAlias !== undefined) shares.push(ofAlias);
    const now = this.clock.now();
    let longest: Share | undefined;
    for (const share of shares) {
      if (share.bucket.level(share.rate, now) >= 1) continue;
      if (longest === undefined || waitMs(share) > waitMs(longest)) longest = share;
    }
    if (longest !== undefined) throw refusal(longest);
    return shares;
  }

  #bucketOf(ip: string, rate: Rate): TokenBucket {
    const key = addressKey(ip);
    return this.#addresses.get(key) ?? this.#addresses.add(key, new TokenBucket(rate, this.clock.now()));
  }
}

/** One token of each of these buckets; they go back to those very buckets, whatever a reload has changed since. */
class RateLease extends AdmissionLease {
  constructor(private readonly shares: readonly Share[]) {
    super();
    for (const { bucket } of shares) bucket.take();
  }

  protected override onSettled(record: ExchangeRecord | undefined): void {
    if (!wasForNothing(record)) return;
    for (const { bucket } of this.shares) bucket.giveBack();
  }
}

function waitMs({ bucket, rate }: Share): number {
  return bucket.msUntil(1, rate);
}

function refusal(share: Share): Refusal {
  const { bucket, rate, scope, key } = share;
  const wait = Math.ceil(waitMs(share));
  const limit = Math.floor(rate.capacity);
  const resetMs = Math.ceil(bucket.msUntil(rate.capacity, rate));
  return new Refusal(
    'rate_limit_exceeded',
    `The ${scope} is reached (${rate.perSecond} requests per second). Try again in ${inSeconds(wait)}.`,
    {
      headers: {
        'retry-after': String(Math.max(1, Math.ceil(wait / 1000))),
        'retry-after-ms': String(wait),
        'x-ratelimit-limit-requests': String(limit),
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': inSeconds(resetMs),
      },
      limits: { limit, remaining: 0, resetMs },
      detail: `rate_limit.${key} ${rate.perSecond}`,
    },
  );
}

/** As OpenAI writes times in these headers: `120ms`, `1.5s`. */
function inSeconds(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

import { AdmissionLease, wasForNothing } from '../../core/admission-lease.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import { Refusal } from '../../core/refusal.ts';
import type { NamedAlias } from '../../core/route.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TokenBucket } from '../../lib/token-bucket.ts';
import type { LimitLevel, Policy } from '../policy.ts';
import type { RateTerms } from './rate-terms.ts';

/** What limits may ask of a request. Before its body is read it has no alias. */
export type RateSubject = Pick<Exchange, 'clientIp' | 'caller' | 'asked'>;

/** A bucket that a request takes a token from, and on which terms. */
export interface RateShare {
  readonly bucket: TokenBucket;
  readonly terms: RateTerms;
}

/** A kind of limits: adds those that concern a request, none, one or several; adds nothing where there are none. */
export type RateScope = (subject: RateSubject, shares: RateShare[]) => void;

/** Limits how fast requests come, in each of its scopes. Whatever reaches a backend costs a token. */
export function rateLimitPolicy(name: string, limits: RateLimits): Policy {
  return {
    name,
    check: (exchange: Exchange) => limits.check(exchange),
    admit: (exchange: Exchange) => limits.take(exchange),
    admitInstead: (exchange: Exchange, named: NamedAlias) => limits.takeInstead(exchange, named),
    levels: (exchange: Exchange) => limits.levels(exchange),
  };
}

/** Token buckets of several scopes: a request takes from all that concern it, or from none. */
export class RateLimits {
  constructor(
    private readonly clock: Clock,
    private readonly scopes: readonly RateScope[],
    /** Those that tell something of a request whose sender is not known. */
    private readonly ofCallers: readonly RateScope[] = scopes,
  ) {}

  /** How full the buckets are that concern a request. */
  levels(subject: RateSubject): LimitLevel[] {
    const shares: RateShare[] = [];
    for (const scope of this.ofCallers) scope(subject, shares);
    return shares.map((share) => levelOf(share, this.clock.now()));
  }

  /**
   * Takes a token from each bucket that concerns the request; undefined if none does. Throws a Refusal, and takes none, if
   * one of them is empty.
   */
  take(subject: RateSubject): RateLease | undefined {
    const shares = this.#check(subject);
    return shares.length === 0 ? undefined : new RateLease(this, shares);
  }

  /**
   * Takes what a request that was let in needs for another alias than the one it named, and gives back what only that one
   * needed; undefined: both need the same. Throws a Refusal, and changes nothing, if a bucket is empty.
   */
  takeInstead({ clientIp, caller, leases }: Exchange, named: NamedAlias): AdmissionLease | undefined {
    let before: readonly RateShare[] = NONE;
    leases.some((lease) => {
      const isMine = lease instanceof RateLease && lease.limits === this;
      if (isMine) before = lease.shares;
      return isMine;
    });
    const needed = this.#sharesOf({ clientIp, caller, asked: named });
    const [added, left] = [lacking(needed, before), lacking(before, needed)];
    if (added.length + left.length === 0) return undefined;
    this.#assertLeft(added);
    return new OtherAliasLease(added, left);
  }

  /** As `take`, but takes nothing: what would be refused in any case needs not be read first. */
  check(subject: RateSubject): void {
    this.#check(subject);
  }

  #check(subject: RateSubject): readonly RateShare[] {
    const shares = this.#sharesOf(subject);
    this.#assertLeft(shares);
    return shares;
  }

  #sharesOf(subject: RateSubject): readonly RateShare[] {
    const shares: RateShare[] = [];
    for (const scope of this.scopes) scope(subject, shares);
    return shares;
  }

  #assertLeft(shares: readonly RateShare[]): void {
    const now = this.clock.now();
    let longest: RateShare | undefined;
    for (const share of shares) {
      if (share.bucket.level(share.terms.rate, now) >= 1) continue;
      if (longest === undefined || waitMs(share) > waitMs(longest)) longest = share;
    }
    if (longest !== undefined) throw refusal(longest);
  }
}

const NONE: readonly RateShare[] = [];

/** Those of the shares whose buckets are not among those of the others. */
function lacking(shares: readonly RateShare[], others: readonly RateShare[]): readonly RateShare[] {
  return shares.filter(({ bucket }) => !others.some((other) => other.bucket === bucket));
}

/** One token of each of these buckets; they go back to those very buckets, whatever a reload has changed since. */
class RateLease extends AdmissionLease {
  constructor(
    /** Those it was taken from. */
    readonly limits: RateLimits,
    readonly shares: readonly RateShare[],
  ) {
    super();
    for (const { bucket } of shares) bucket.take();
  }

  protected override onSettled(record: ExchangeRecord | undefined): void {
    if (!wasForNothing(record)) return;
    for (const { bucket } of this.shares) bucket.giveBack();
  }
}

/** A token of each bucket that only the alias that serves needs, for those that only the alias that was asked for needed. */
class OtherAliasLease extends AdmissionLease {
  constructor(
    private readonly added: readonly RateShare[],
    private readonly left: readonly RateShare[],
  ) {
    super();
    move(left, added);
  }

  /** The lease from before gives back all that it has taken, so that has to be there again. */
  protected override onSettled(record: ExchangeRecord | undefined): void {
    if (wasForNothing(record)) move(this.added, this.left);
  }
}

/** Gives a token back to each of the buckets `from`, and takes one of each `to`. */
function move(from: readonly RateShare[], to: readonly RateShare[]): void {
  for (const { bucket } of from) bucket.giveBack();
  for (const { bucket } of to) bucket.take();
}

function levelOf({ bucket, terms }: RateShare, now: number): LimitLevel {
  const { rate, per, scope, key } = terms;
  const level = bucket.level(rate, now);
  return {
    kind: 'requests',
    limit: scope,
    key,
    per,
    unit: 'requests',
    most: Math.floor(rate.capacity),
    left: Math.max(0, Math.floor(level)),
    needed: 1,
    refuses: level < 1,
    resetMs: bucket.msUntil(rate.capacity, rate),
  };
}

function waitMs({ bucket, terms }: RateShare): number {
  return bucket.msUntil(1, terms.rate);
}

function refusal(share: RateShare): Refusal {
  const { bucket, terms } = share;
  const { rate, amount, per, scope, key } = terms;
  const wait = Math.ceil(waitMs(share));
  const limit = Math.floor(rate.capacity);
  const resetMs = Math.ceil(bucket.msUntil(rate.capacity, rate));
  return new Refusal(
    'rate_limit_exceeded',
    `The ${scope} is reached (${amount} requests per ${per}). Try again in ${inSeconds(wait)}.`,
    {
      headers: {
        'retry-after': String(Math.max(1, Math.ceil(wait / 1000))),
        'retry-after-ms': String(wait),
        'x-ratelimit-limit-requests': String(limit),
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': inSeconds(resetMs),
      },
      limits: { limit, remaining: 0, resetMs },
      detail: `${key} ${amount}`,
    },
  );
}

/** As OpenAI writes times in these headers: `120ms`, `1.5s`. */
function inSeconds(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

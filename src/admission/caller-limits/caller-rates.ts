import type { SharedLimits } from '../../core/team.ts';
import { Recent } from '../../lib/recent.ts';
import { TokenBucket } from '../../lib/token-bucket.ts';
import type { Clock } from '../../lib/clock.ts';
import type { RateShare, RateSubject } from '../rate-limit/rate-limits.ts';
import { rateTerms } from '../rate-limit/rate-terms.ts';

/** So many buckets are remembered; of more, those that were used longest ago begin anew. */
const MAX_BUCKETS = 200_000;

/** Whose limit it is, as an answer calls it, and as the config does. */
interface Holder {
  readonly id: string;
  readonly noun: string;
  readonly key: string;
}

/**
 * `rps` and `rpm` of a caller's key, of its team, and of all teams above: as they are now, for they may change at any time.
 * What has come in so far came in at the old rates.
 */
export class CallerRates {
  /** Seconds worth of requests that may come at once. */
  burstFactor = 1;
  readonly #shares = new Recent<RateShare>(MAX_BUCKETS);

  constructor(private readonly clock: Clock) {}

  /** Adds the shares of all limits that concern a request. */
  readonly scope = ({ caller }: RateSubject, shares: RateShare[]): void => {
    if (caller?.key === undefined) return;
    const { id, name, key, team } = caller;
    if (isLimited(key.limits)) this.#add({ id, noun: `key \`${name}\``, key: `keys.${name}` }, key.limits, shares);
    if (team === undefined) return;
    for (const { name: of, limits } of team.lineage) {
      if (isLimited(limits))
        this.#add({ id: `team:${of}`, noun: `team \`${of}\``, key: `teams.${of}` }, limits, shares);
    }
  };

  /** Nothing is limited: what was counted is forgotten. */
  clear(): void {
    this.#shares.clear();
  }

  #add(holder: Holder, { rps, rpm }: SharedLimits, shares: RateShare[]): void {
    if (rps !== undefined) shares.push(this.#share(holder, rps, 'second'));
    if (rpm !== undefined) shares.push(this.#share(holder, rpm, 'minute'));
  }

  #share({ id, noun, key }: Holder, amount: number, per: 'second' | 'minute'): RateShare {
    const name = `${per} ${id}`;
    const burstFactor = per === 'second' ? this.burstFactor : 1;
    const known = this.#shares.get(name);
    if (known?.terms.amount === amount && known.terms.rate.capacity === Math.max(1, amount * burstFactor)) return known;
    const terms = rateTerms({
      amount,
      per,
      burstFactor,
      scope: `rate limit of the ${noun}`,
      key: `${key}.${per === 'second' ? 'rps' : 'rpm'}`,
    });
    const now = this.clock.now();
    known?.bucket.level(known.terms.rate, now);
    return this.#shares.add(name, { bucket: known?.bucket ?? new TokenBucket(terms.rate, now), terms });
  }
}

function isLimited({ rps, rpm }: SharedLimits): boolean {
  return rps !== undefined || rpm !== undefined;
}

import { TokenBucket } from '../../lib/token-bucket.ts';
import type { RateShare } from './rate-limits.ts';
import type { RateTerms } from './rate-terms.ts';

/** A bucket for each name that has a limit: of an alias, a key, a team. What was counted of a name that stays outlives reloads. */
export class NamedShares {
  #shares = new Map<string, RateShare>();

  /** Lets other terms count from now on. What has come in so far came in at the old rates. `now`: monotonic milliseconds. */
  configure(termsOf: ReadonlyMap<string, RateTerms>, now: number): void {
    const shares = new Map<string, RateShare>();
    for (const [name, terms] of termsOf) {
      const before = this.#shares.get(name);
      before?.bucket.level(before.terms.rate, now);
      shares.set(name, { bucket: before?.bucket ?? new TokenBucket(terms.rate, now), terms });
    }
    this.#shares = shares;
  }

  /** Adds the share of `name`, if it has one. */
  add(name: string, shares: RateShare[]): void {
    const share = this.#shares.get(name);
    if (share !== undefined) shares.push(share);
  }
}

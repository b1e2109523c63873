import { addressKey } from '../../lib/address-list.ts';
import { Recent } from '../../lib/recent.ts';
import { TokenBucket } from '../../lib/token-bucket.ts';
import type { RateShare } from './rate-limits.ts';
import type { RateTerms } from './rate-terms.ts';

/** So many client addresses are remembered; of more, those that were heard of longest ago are forgotten. */
const MAX_ADDRESSES = 100_000;

/** A bucket for each client address, all on the same terms. */
export class AddressShares {
  #terms: RateTerms | undefined;
  #now = 0;
  readonly #buckets = new Recent<TokenBucket>(MAX_ADDRESSES);

  /** Addresses that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** As of NamedShares; undefined: no limit, and no address is remembered. */
  configure(terms: RateTerms | undefined, now: number): void {
    if (terms === undefined) this.#buckets.clear();
    else if (this.#terms !== undefined)
      for (const bucket of this.#buckets.values()) bucket.level(this.#terms.rate, now);
    this.#terms = terms;
    this.#now = now;
  }

  /** Adds the share of the address, if there is a limit. */
  add(ip: string, shares: RateShare[]): void {
    const terms = this.#terms;
    if (terms === undefined) return;
    const key = addressKey(ip);
    // A new bucket is full, whenever it began.
    const bucket = this.#buckets.get(key) ?? this.#buckets.add(key, new TokenBucket(terms.rate, this.#now));
    shares.push({ bucket, terms });
  }
}

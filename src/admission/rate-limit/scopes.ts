import { AddressShares } from './address-shares.ts';
import { NamedShares } from './named-shares.ts';
import type { RateScope } from './rate-limits.ts';
import { rateTerms } from './rate-terms.ts';
import type { RateTerms } from './rate-terms.ts';

/** Requests per second that are let in; what is undefined is not limited. */
export interface RateLimitSettings {
  readonly global: number | undefined;
  readonly perIp: number | undefined;
  /** By alias, as the config names it. */
  readonly perAlias: Readonly<Record<string, number>>;
  /** Seconds worth of requests that may come at once. */
  readonly burstFactor: number;
}

/** The one name among those that are limited together. */
const ALL = '';

/** The scopes of `rate_limit`: all requests, those of each client address and those for each alias. */
export class ConfiguredScopes {
  readonly #global = new NamedShares();
  readonly #addresses = new AddressShares();
  readonly #aliases = new NamedShares();

  /** In this order: of limits that a request would have to wait for equally long, the first is named. */
  readonly list: readonly RateScope[] = [
    (_, shares) => this.#global.add(ALL, shares),
    ({ clientIp }, shares) => this.#addresses.add(clientIp, shares),
    ({ asked }, shares) => {
      if (asked !== undefined) this.#aliases.add(asked.alias.name, shares);
    },
  ];

  /** The same without addresses, for whoever asks what a request would meet whose address nobody knows. */
  get withoutAddresses(): readonly RateScope[] {
    return this.list.filter((_, at) => at !== 1);
  }

  /** Addresses that are remembered. */
  get addresses(): number {
    return this.#addresses.size;
  }

  /** Lets new settings count from now on; undefined: no limits. What has come in so far came in at the old rates. */
  configure(settings: RateLimitSettings | undefined, now: number): void {
    const { global, perIp, perAlias = {}, burstFactor = 1 } = settings ?? {};
    const termsOf = (amount: number, scope: string, key: string): RateTerms =>
      rateTerms({ amount, per: 'second', burstFactor, scope, key: `rate_limit.${key}` });
    const all = global === undefined ? undefined : termsOf(global, 'global rate limit', 'global_rps');
    this.#global.configure(new Map(all === undefined ? [] : [[ALL, all]]), now);
    const ofEach = perIp === undefined ? undefined : termsOf(perIp, 'rate limit per IP address', 'per_ip_rps');
    this.#addresses.configure(ofEach, now);
    const ofAliases = Object.entries(perAlias).map(([alias, perSecond]) => {
      const terms = termsOf(perSecond, `rate limit of the model \`${alias}\``, `per_model_rps.${alias}`);
      return [alias, terms] as const;
    });
    this.#aliases.configure(new Map(ofAliases), now);
  }
}

import type { Config } from '../../config/schema.ts';
import { hasStore } from '../../config/store-place.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { RateLimits, rateLimitPolicy } from '../rate-limit/rate-limits.ts';
import { CallerConcurrency, callerConcurrencyPolicy } from './caller-concurrency.ts';
import { CallerRates } from './caller-rates.ts';

/** `rps` and `rpm` of keys and teams as a feature. */
export function createCallerRates({ clock }: FeatureTools): Feature {
  const rates = new CallerRates(clock);
  return {
    name: 'caller_rates',
    isOn: limitsRates,
    policy: rateLimitPolicy('caller_rates', new RateLimits(clock, [rates.scope])),
    configure(config) {
      rates.burstFactor = config.rate_limit.burst_factor;
      if (!limitsRates(config)) rates.clear();
    },
  };
}

/** `max_concurrency` of keys and teams as a feature. */
export function createCallerConcurrency(_tools: FeatureTools): Feature {
  return {
    name: 'caller_concurrency',
    isOn: (config) => limits(config, ({ max_concurrency: limit }) => limit !== undefined),
    policy: callerConcurrencyPolicy(new CallerConcurrency()),
    configure: () => undefined,
  };
}

function limitsRates(config: Config): boolean {
  return limits(config, ({ rps, rpm }) => rps !== undefined || rpm !== undefined);
}

type Limited = NonNullable<Config['keys']>[number] | NonNullable<Config['teams']>[number];

/** Whether a key or a team has such a limit, or may get one at run time. */
function limits(config: Config, has: (limited: Limited) => boolean): boolean {
  const { keys = [], teams = [] } = config;
  return hasStore(config) || keys.some(has) || teams.some(has);
}

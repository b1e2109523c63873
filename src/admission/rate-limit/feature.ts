import type { Config } from '../../config/schema.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { RateLimits, rateLimitPolicy } from './rate-limits.ts';
import { ConfiguredScopes } from './scopes.ts';
import type { RateLimitSettings } from './scopes.ts';

/** The limits of `rate_limit` as a feature. */
export function createRateLimits({ clock }: FeatureTools): Feature {
  const scopes = new ConfiguredScopes();
  return {
    name: 'rate_limit',
    isOn: limitsRates,
    policy: rateLimitPolicy('rate_limit', new RateLimits(clock, scopes.list, scopes.withoutAddresses)),
    configure: (config) => scopes.configure(settingsOf(config), clock.now()),
  };
}

function limitsRates({ rate_limit: limits }: Config): boolean {
  if (!limits.enabled) return false;
  const { global_rps: global, per_ip_rps: perIp, per_model_rps: perModel } = limits;
  return global !== undefined || perIp !== undefined || Object.keys(perModel).length > 0;
}

/** What requests are counted by; undefined if they are not. */
function settingsOf({ rate_limit: limits }: Config): RateLimitSettings | undefined {
  if (!limits.enabled) return undefined;
  return {
    global: limits.global_rps,
    perIp: limits.per_ip_rps,
    perAlias: limits.per_model_rps,
    burstFactor: limits.burst_factor,
  };
}

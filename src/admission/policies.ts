import type { Config } from '../config/schema.ts';
import type { Policy } from './policy.ts';
import { queuePolicy } from './queue-slot.ts';
import { rateLimitPolicy } from './rate-limit.ts';

/**
 * The policies that a config asks for, in the order in which a request meets them. What is off is not there, and costs
 * nothing.
 */
export function policiesOf(config: Config): readonly Policy[] {
  const all: readonly (readonly [Policy, isOn: boolean])[] = [
    // Before the queue: whoever is over a limit is refused at once, without waiting first.
    [rateLimitPolicy, limitsRates(config)],
    // Last: a request that gets a slot is sent, so no other policy may refuse it or let it wait after that.
    [queuePolicy, limitsConcurrency(config)],
  ];
  return all.filter(([, isOn]) => isOn).map(([policy]) => policy);
}

function limitsRates({ rate_limit: limits }: Config): boolean {
  if (!limits.enabled) return false;
  const { global_rps: global, per_ip_rps: perIp, per_model_rps: perModel } = limits;
  return global !== undefined || perIp !== undefined || Object.keys(perModel).length > 0;
}

function limitsConcurrency({ concurrency, backends }: Config): boolean {
  return concurrency.enabled || backends.some(({ max_concurrency: limit }) => limit !== undefined);
}

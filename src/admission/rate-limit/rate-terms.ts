import type { Rate } from '../../lib/token-bucket.ts';

/** How fast requests may come, and what that limit is called. */
export interface RateTerms {
  readonly rate: Rate;
  /** As configured: so many requests in each second or minute. */
  readonly amount: number;
  readonly per: 'second' | 'minute';
  /** What answers call it: `rate limit per IP address`. */
  readonly scope: string;
  /** The key of the config that sets it: `rate_limit.per_ip_rps`. */
  readonly key: string;
}

/** The terms of a limit. `burstFactor`: how many times the amount may come at once; at least one request may. */
export function rateTerms({ burstFactor, ...named }: Omit<RateTerms, 'rate'> & { burstFactor: number }): RateTerms {
  const { amount, per } = named;
  const perSecond = per === 'second' ? amount : amount / 60;
  return { ...named, rate: { perSecond, capacity: Math.max(1, amount * burstFactor) } };
}

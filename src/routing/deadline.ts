import type { Exchange } from '../core/exchange.ts';

/**
 * When an exchange must be over, in monotonic milliseconds: `total_timeout` of the alias that was asked for, L2 included,
 * else `totalMs`, which the backend or the gateway sets.
 */
export function deadlineOf({ asked, startedAt }: Exchange, totalMs: number): number {
  return startedAt + (asked?.alias.totalMs ?? totalMs);
}

import type { Exchange } from '../core/exchange.ts';
import type { ExchangeRecord } from '../core/record.ts';
import type { Log } from './log/log.ts';

/**
 * Settles all that an exchange has taken, the newest lease first. `record`: what it came to; undefined: it was not let in.
 * A lease that throws is a bug: it is logged, and the others are settled all the same.
 */
export function settleLeases(exchange: Exchange, record: ExchangeRecord | undefined, log: Log): void {
  let { lease } = exchange;
  exchange.lease = undefined;
  for (; lease !== undefined; lease = lease.earlier) {
    try {
      lease.settle(record);
    } catch (error) {
      log.error('a bug in the gateway: please report it', { trace_id: exchange.traceId, err: error });
    }
  }
}

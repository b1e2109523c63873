import type { Exchange } from '../core/exchange.ts';
import type { ExchangeRecord } from '../core/record.ts';
import type { Tap } from '../core/tap.ts';
import { logBug } from './log-bug.ts';
import type { Log } from './log/log.ts';

/** Shows bytes that go to the client to the taps of its delivery. Costs nothing where there are none. */
export function showTaps(exchange: Exchange, bytes: Uint8Array, log: Log): void {
  if (exchange.delivery.taps.length > 0) tellEach(exchange, log, (tap) => tap.sent(bytes));
}

/** Tells the taps that all is over. */
export function endTaps(exchange: Exchange, record: ExchangeRecord, log: Log): void {
  if (exchange.delivery.taps.length > 0) tellEach(exchange, log, (tap) => tap.ended(record));
}

/** A tap that throws is a bug: it is logged, and the client and the other taps get theirs. */
function tellEach(exchange: Exchange, log: Log, tell: (tap: Tap) => void): void {
  for (const tap of exchange.delivery.taps) {
    try {
      tell(tap);
    } catch (error) {
      logBug(error, exchange, log);
    }
  }
}

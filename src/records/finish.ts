import { noticeDisconnect } from '../core/client-disconnects.ts';
import type { Exchange } from '../core/exchange.ts';
import { releaseBytes } from '../core/buffered-bytes.ts';
import { recordOf } from './record-of.ts';
import { logBug } from './log-bug.ts';
import { recordIn } from './sink.ts';
import { endTaps } from './taps.ts';
import type { Context } from '../context.ts';

/** Skip the disconnect check for very fast answers: it is expensive. */
const AT_ONCE_MS = 2;

/** Ends the exchange, once, whatever way it ended: writes its record and lets go of what it holds. */
export function finish(exchange: Exchange, context: Context): void {
  const { clock, log, sinks } = context;
  const now = clock.now();
  // Whose client left a moment ago was not served.
  if (now - exchange.startedAt >= AT_ONCE_MS) noticeDisconnect(exchange);
  if (!exchange.close()) return;
  exchange.attempts.abandon();
  exchange.attempts.releaseReserved();
  releaseBytes(exchange, context);
  for (const attempt of exchange.attempts.all) releaseBytes(attempt, context);
  const record = recordOf(exchange, now, context.snapshot.prices);
  exchange.leases.settle(record, (error) => logBug(error, exchange, log));
  recordIn(sinks, record, log);
  endTaps(exchange, record, log);
  exchange.onFinished?.(exchange);
}

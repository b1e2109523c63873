import { noticeDisconnect } from '../core/client-disconnects.ts';
import type { Exchange } from '../core/exchange.ts';
import { letGoOfBytes } from '../core/buffered-bytes.ts';
import { logBodies } from './log/capture.ts';
import { recordOf } from './record-of.ts';
import { recordIn } from './sink.ts';
import type { Context } from '../context.ts';

/** Skip the disconnect check for very fast answers: it is expensive. */
const AT_ONCE_MS = 2;

/** Ends the exchange, once, whatever way it ended: writes its record and lets go of what it holds. */
export function finish(exchange: Exchange, context: Context): void {
  const { clock, log, sinks, rateLimits } = context;
  const now = clock.now();
  // Whose client left a moment ago was not served.
  if (now - exchange.startedAt >= AT_ONCE_MS) noticeDisconnect(exchange);
  if (!exchange.close()) return;
  exchange.attempt?.abandon();
  exchange.release();
  letGoOfBytes(exchange, context);
  const record = recordOf(exchange, now);
  // What never came to a backend, refused or given up in the queue, has cost nobody anything.
  const isForNothing = record.attempts === 0 && record.status >= 400;
  if (isForNothing && exchange.hasTokens) rateLimits.giveBack(exchange.clientIp, exchange.asked?.alias.name);
  recordIn(sinks, record, log);
  logBodies(exchange, log);
  exchange.watch?.stop();
  exchange.onFinished?.(exchange);
}

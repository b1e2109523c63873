import { noticeDisconnect } from '../core/client-disconnects.ts';
import type { Exchange } from '../core/exchange.ts';
import type { ExchangeRecord } from '../core/record.ts';
import { letGoOfBytes } from '../core/buffered-bytes.ts';
import { logBodies } from './capture.ts';
import type { Context } from '../context.ts';

/** Skip the disconnect check for very fast answers: it is expensive. */
const AT_ONCE_MS = 2;

/** Ends the exchange, once, whatever way it ended: writes its record and lets go of what it holds. */
export function finish(exchange: Exchange, context: Context): void {
  const { clock, log, metrics, rateLimits } = context;
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
  if (!exchange.unlogged) log.request(record);
  metrics.record(record);
  logBodies(exchange, log);
  exchange.watch?.stop();
  exchange.onFinished?.(exchange);
}

function recordOf(exchange: Exchange, now: number): ExchangeRecord {
  const { asked, servedName, servedAlias, route } = exchange;
  const left = exchange.aborted?.kind === 'client_gone' && !exchange.delivered;
  return {
    startedAt: exchange.startedAtWall,
    traceId: exchange.traceId,
    clientIp: exchange.clientIp,
    caller: exchange.caller?.name,
    method: exchange.method,
    path: exchange.path,
    alias: exchange.askedName,
    servedAlias: servedName === exchange.askedName ? undefined : servedName,
    aliasLabel: (servedAlias ?? asked?.alias)?.name,
    askedLabel: asked?.alias.name,
    model: route?.model,
    backend: route?.backend.name,
    modelLabel: route?.modelLabel,
    stream: exchange.stream,
    status: left ? 499 : exchange.status,
    durationMs: now - exchange.startedAt,
    ttftMs: exchange.ttftMs,
    queueMs: exchange.queueMs,
    overheadMs: Math.max(0, now - exchange.startedAt - exchange.elsewhereMs),
    attempts: exchange.attempts,
    usage: exchange.usage,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    errorCode: left ? 'client_closed_request' : exchange.errorCode,
    errorDetail: exchange.errorDetail,
    refused: exchange.refused && !left,
    interrupted: exchange.interrupted,
    droppedEvents: exchange.droppedEvents,
    tries: exchange.tries,
  };
}

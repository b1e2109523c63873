import type { Exchange } from '../core/exchange.ts';
import { CLIENT_LEFT, type ExchangeRecord } from '../core/record.ts';

/** What an exchange came to that ended at `now` (of the monotonic clock, in ms). It changes nothing and asks no clock. */
export function recordOf(exchange: Exchange, now: number): ExchangeRecord {
  const { asked, servedName, servedAlias, route } = exchange;
  const left = exchange.aborted?.kind === 'client_gone' && !exchange.delivered;
  return {
    startedAt: exchange.startedAtWall,
    traceId: exchange.traceId,
    clientIp: exchange.clientIp,
    caller: exchange.caller?.name,
    keyGeneration: exchange.keyGeneration,
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
    status: left ? CLIENT_LEFT : exchange.status,
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
    unlogged: exchange.unlogged,
    refused: exchange.refused && !left,
    interrupted: exchange.interrupted,
    droppedEvents: exchange.droppedEvents,
    tries: exchange.tries,
  };
}

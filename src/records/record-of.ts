import type { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import { CLIENT_LEFT } from '../core/record.ts';
import type { ExchangeRecord, TryRecord, Usage } from '../core/record.ts';

/**
 * What an exchange, its attempts and its delivery came to, when all was over at `now` (of the monotonic clock, in ms). It
 * changes nothing and asks no clock.
 */
export function recordOf(exchange: Exchange, now: number): ExchangeRecord {
  const { asked, askedName, attempts, delivery, toldAttempt } = exchange;
  const left = exchange.aborted?.kind === 'client_gone' && !delivery.isWhole;
  const named = (delivery.attempt ?? attempts.latest)?.named;
  const route = toldAttempt?.route;
  const durationMs = now - exchange.startedAt;
  return {
    startedAt: exchange.startedAtWall,
    traceId: exchange.traceId,
    clientIp: exchange.clientIp,
    caller: exchange.caller?.name,
    keyGeneration: exchange.keyGeneration,
    method: exchange.method,
    path: exchange.path,
    alias: askedName,
    servedAlias: named?.name === askedName ? undefined : named?.name,
    aliasLabel: (named ?? asked)?.alias.name,
    askedLabel: asked?.alias.name,
    model: route?.model,
    backend: route?.backend.name,
    modelLabel: route?.modelLabel,
    stream: exchange.stream,
    status: left ? CLIENT_LEFT : delivery.status,
    durationMs,
    ttftMs: delivery.ttftMs,
    queueMs: exchange.queueMs,
    overheadMs: Math.max(0, durationMs - exchange.waitedMs - msOf(attempts.all)),
    attempts: attempts.sent,
    usage: usageOf(exchange),
    bytesIn: exchange.bytesIn,
    bytesOut: delivery.bytesOut,
    errorCode: left ? 'client_closed_request' : delivery.errorCode,
    errorDetail: delivery.errorDetail,
    unlogged: delivery.unlogged,
    refused: delivery.refused && !left,
    interrupted: delivery.interrupted,
    droppedEvents: attempts.all.reduce((sum, { droppedEvents }) => sum + droppedEvents, 0),
    tries: triesOf(exchange),
  };
}

/** What is told of each attempt, in the order in which they began. Where a count was estimated, nothing was tried. */
export function triesOf({ attempts }: Exchange): TryRecord[] {
  const tries: TryRecord[] = [];
  for (const attempt of attempts.all) {
    if (attempt.isSent || attempt.failure !== undefined) tries.push(tryOf(attempt));
  }
  return tries;
}

/** A type is a word; what is longer is something else. */
const MOST_TYPE_CHARS = 100;

function tryOf({ route, failure, status, ms, coolingUntil }: Attempt): TryRecord {
  return {
    backend: route.backend.name,
    model: route.model,
    aliasLabel: route.alias.name,
    modelLabel: route.modelLabel,
    status,
    failure: failure?.kind,
    detail: failure?.detail,
    type: failure?.error?.code === undefined ? undefined : failure.error.type?.slice(0, MOST_TYPE_CHARS),
    message: failure?.told,
    ms,
    coolingUntil,
  };
}

/** What the client's answer took; where nothing served, the last that a backend told. */
function usageOf({ attempts, delivery }: Exchange): Usage | undefined {
  return delivery.attempt?.usage ?? attempts.all.findLast(({ usage }) => usage !== undefined)?.usage;
}

/** For how long any attempt was under way: two at once count once. */
function msOf(attempts: readonly Attempt[]): number {
  let [sum, until] = [0, -Infinity];
  for (const { startedAt, ms } of attempts) {
    const end = startedAt + ms;
    if (end <= until) continue;
    sum += end - Math.max(startedAt, until);
    until = end;
  }
  return sum;
}

import type { Attempt } from '../core/attempt.ts';
import type { Delivery } from '../core/delivery.ts';
import type { Exchange } from '../core/exchange.ts';
import type { ExchangeBodies } from '../core/exchange-bodies.ts';
import { bounded } from '../core/attribution.ts';
import { CLIENT_LEFT } from '../core/record.ts';
import type { ExchangeRecord, HedgeResult, AttemptRecord, Usage } from '../core/record.ts';
import type { PriceBook, Priced } from '../pricing/price-book.ts';
import { GIVEN_UP, usageOfAttempt } from './attempt-usage.ts';
import { detailOf } from './detail-of.ts';
import { isByConsole } from './by-console.ts';
import { endpointName } from './endpoint-name.ts';

/**
 * What an exchange, its attempts and its delivery came to, when all was over at `now` (of the monotonic clock, in ms). Costs are
 * told where there are `prices`. It changes nothing and asks no clock.
 */
export function recordOf(exchange: Exchange, now: number, prices?: PriceBook): ExchangeRecord {
  const { asked, askedName, attempts, delivery, reportedAttempt, leases } = exchange;
  const left = exchange.aborted?.kind === 'client_gone' && !delivery.isWhole;
  const named = exchange.lastAttempt?.named;
  const durationMs = now - exchange.startedAt;
  const status = left ? CLIENT_LEFT : delivery.status;
  const tries = attemptRecordsOf(exchange, prices);
  return {
    id: undefined,
    startedAt: exchange.startedAtWall,
    traceId: exchange.traceId,
    clientIp: exchange.clientIp,
    caller: exchange.caller?.name,
    team: exchange.caller?.team?.name,
    key: exchange.caller?.key,
    keyGeneration: exchange.keyGeneration,
    method: exchange.method,
    path: exchange.path,
    alias: askedName,
    servedAlias: named?.name === askedName ? undefined : named?.name,
    aliasLabel: (named ?? asked)?.alias.name,
    askedLabel: (leases.spending?.requestedAlias ?? asked)?.alias.name,
    model: reportedAttempt?.route.model,
    backend: reportedAttempt?.route.backend.name,
    modelLabel: reportedAttempt?.route.modelLabel,
    stream: exchange.stream,
    status,
    durationMs,
    ttftMs: delivery.ttftMs,
    queueMs: exchange.waits.queueMs,
    overheadMs: Math.max(0, durationMs - exchange.waits.ms - msOf(attempts.all)),
    attempts: attempts.sent,
    usage: usageOf(exchange),
    endpoint: exchange.endpoint && bounded(endpointName(exchange.endpoint, exchange.path)),
    clientDialect: exchange.endpoint?.protocol,
    backendDialect: reportedAttempt?.upstreamProtocol,
    finishReason: bounded(reportedAttempt?.finishReason),
    userAgent: bounded(exchange.headers['user-agent']),
    endUser: exchange.attribution.endUser,
    session: exchange.attribution.session,
    bytesIn: exchange.bytesIn,
    bytesOut: delivery.bytesOut,
    errorCode: left ? 'client_closed_request' : delivery.errorCode,
    errorDetail: delivery.errorDetail,
    unlogged: delivery.unlogged,
    byConsole: isByConsole(exchange) ? true : undefined,
    refused: delivery.refused && !left,
    interrupted: delivery.interrupted,
    droppedEvents: attempts.all.reduce((sum, { droppedEvents }) => sum + droppedEvents, 0),
    asksUsage: exchange.lastAttempt?.asksUsage === true ? true : undefined,
    detail: detailOf(exchange),
    tries,
    rehearsals: exchange.attempts.apart?.rehearsals,
    charges: leases.spending?.charges({ tries, attempts: attempts.sent, status }),
    heldNanoUsd: leases.spending?.mostHeldNanoUsd,
    bodies: bodiesToKeep(delivery, status, tries),
    queued: exchange.waits.queued,
    trace: exchange.trace,
  };
}

/** A hedge that was given up for another attempt has not failed. */
function bodiesToKeep(
  { bodies, errorCode, interrupted }: Delivery,
  status: number,
  tries: readonly AttemptRecord[],
): ExchangeBodies | undefined {
  if (bodies === undefined || bodies.when === 'all') return bodies;
  const hasFailed = status >= 400 || errorCode !== undefined || interrupted;
  const ofAttempt = ({ failure, hedge }: AttemptRecord): boolean =>
    failure !== undefined && hedge !== 'lost' && failure !== 'hedge_lost';
  return hasFailed || tries.some(ofAttempt) ? bodies : undefined;
}

/**
 * What is told of each attempt, in the order in which they began; of two at once the one that served, or ended later,
 * comes second, so that the last is always what the client got. Where a count was estimated, nothing was tried.
 */
export function attemptRecordsOf(exchange: Exchange, prices?: PriceBook): AttemptRecord[] {
  return toldAttempts(exchange).map((attempt) => attemptRecord(attempt, exchange.delivery, prices));
}

/** The attempts that the record tells of, in its order. */
export function toldAttempts({ attempts }: Exchange): Attempt[] {
  const told: Attempt[] = [];
  for (const attempt of attempts.all) {
    if (!attempt.isSent && attempt.failure === undefined) continue;
    const before = attempts.all[0];
    if (attempt.isHedge && before !== undefined && endedBefore(attempt, before)) told.unshift(attempt);
    else told.push(attempt);
  }
  return told;
}

/** Whether a hedge was over first. What was given up for the other tells nothing of what the client got. */
function endedBefore(hedge: Attempt, first: Attempt): boolean {
  if (hedge.failure === undefined || first.failure?.kind === 'hedge_lost') return false;
  if (first.failure === undefined || hedge.failure.kind === 'hedge_lost') return true;
  return hedge.startedAt + hedge.ms < first.startedAt + first.ms;
}

/** What failed because a rehearsal said so has this for a reason, in the log and in the ledger. */
const REHEARSED = 'rehearsed';

/** A type is a word; what is longer is something else. */
const MOST_TYPE_CHARS = 100;

function attemptRecord(attempt: Attempt, { attempt: served }: Delivery, prices: PriceBook | undefined): AttemptRecord {
  const { route, failure, status, ms, coolingUntil } = attempt;
  const usage = usageOfAttempt(attempt);
  return {
    backend: route.backend.name,
    model: route.model,
    aliasLabel: route.alias.name,
    modelLabel: route.modelLabel,
    status,
    failure: failure?.kind,
    detail: attempt.isActed && failure !== undefined ? REHEARSED : failure?.detail,
    isActed: attempt.isActed || undefined,
    type: failure?.error?.code === undefined ? undefined : failure.error.type?.slice(0, MOST_TYPE_CHARS),
    message: failure?.message,
    ms,
    startedMs: attempt.isSent ? attempt.startedAt - attempt.exchange.startedAt : undefined,
    hedge: attempt.isHedge ? hedgeResult(attempt, served) : undefined,
    coolingUntil,
    firstContentMs: attempt.firstContentMs,
    isTrial: attempt.isTrial || undefined,
    retryAfterMs: failure?.retryAfterMs,
    isRedone: attempt.wasRedone || undefined,
    dialect: attempt.upstreamProtocol,
    reportedModel: bounded(attempt.reportedModel),
    usage,
    cost: usage && prices?.priceAttempt(pricedAs(attempt), usage, startOf(attempt)),
    ignoredCounts: attempt.usage?.ignored,
    provider: route.backend.provider,
    place: route.backend.place,
    responseId: bounded(attempt.responseId),
    finishReason: bounded(attempt.finishReason),
    isServing: attempt === served,
    spanId: attempt.spanId,
  };
}

/** What there is to price. */
function pricedAs({ route, reportedModel }: Attempt): Priced {
  return { backend: route.backend.name, model: route.model, reportedModel: bounded(reportedModel) };
}

/** In milliseconds since the epoch. */
function startOf({ exchange, startedAt }: Attempt): number {
  return exchange.startedAtWall + startedAt - exchange.startedAt;
}

function hedgeResult(hedge: Attempt, served: Attempt | undefined): HedgeResult {
  if (hedge === served || hedge.failure === undefined) return 'won';
  return GIVEN_UP.has(hedge.failure.kind) ? 'lost' : 'failed';
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

import { sumOfConsumptions } from '../../core/consumption.ts';
import type { BodiesState } from '../../core/kept-bodies.ts';
import type { LedgerRow, LedgerTry } from '../../core/ledger-row.ts';
import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';
import type { RequestDetail } from '../../core/request-detail.ts';
import { isUnpriced, nanoUsdOf } from '../cost-of-tries.ts';
import { keptTrace } from '../traces/kept-trace.ts';
import { nameMaskOf } from './name-mask.ts';

/** What a row says that its record does not. */
export interface RowFacts {
  /** A UUIDv7 of the time at which the exchange began, so that rows in the order of their ids are in that of their times. */
  readonly id: string;
  readonly node: string;
  /** Masks what looks like a credential: clients and backends may put one into any text of theirs. */
  readonly mask: Mask;
}

/** Returns the text without secrets. */
export type Mask = (text: string) => string;

/** The row of an exchange in the ledger. It asks nothing but its arguments. */
export function rowOf(record: ExchangeRecord, { id, node, mask }: RowFacts): LedgerRow {
  const masked = maskedBy(mask);
  const named = maskedBy(nameMaskOf(mask));
  const tries = record.tries.map((tried, index) => tryOf(tried, { index, record, masked, named }));
  return {
    id,
    traceId: mask(record.traceId),
    node,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    ttftMs: record.ttftMs,
    queueMs: record.queueMs,
    overheadMs: record.overheadMs,
    caller: record.caller,
    keyId: record.key?.id,
    keyGeneration: record.keyGeneration,
    team: record.team,
    owner: record.key?.owner,
    endUser: masked(record.endUser),
    session: masked(record.session),
    tags: record.key?.tags ?? {},
    alias: named(record.alias),
    aliasLabel: record.aliasLabel,
    servedAlias: named(record.servedAlias),
    backend: record.backend,
    model: named(record.model),
    // The last is what the client got.
    reportedModel: tries.at(-1)?.reportedModel,
    clientDialect: record.clientDialect,
    backendDialect: record.backendDialect,
    endpoint: record.endpoint,
    stream: record.stream,
    status: record.status,
    errorCode: record.errorCode,
    interrupted: record.interrupted,
    finishReason: named(record.finishReason),
    usage: sumOfConsumptions(tries.map(({ usage }) => usage).filter((usage) => usage !== undefined)),
    nanoUsd: nanoUsdOf(tries),
    unpriced: isUnpriced(tries),
    heldNanoUsd: record.heldNanoUsd,
    cache: undefined,
    bodies: bodiesStateOf(record),
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    clientIp: record.clientIp,
    userAgent: named(record.userAgent),
    asksUsage: record.asksUsage,
    detail: detailOf(record, mask),
    tries,
    charges: record.charges ?? [],
  };
}

function detailOf(record: ExchangeRecord, mask: Mask): RequestDetail | undefined {
  const trace = keptTrace(record);
  if (trace === undefined) return record.detail && maskedDetail(record.detail, mask);
  return { ...(record.detail && maskedDetail(record.detail, mask)), trace };
}

/** Names of fields and of models behind a wildcard are text of clients. */
function maskedDetail(detail: RequestDetail, mask: Mask): RequestDetail {
  return {
    ...detail,
    routes: detail.routes?.map((route) => ({ ...route, model: mask(route.model) })),
    dropped: detail.dropped?.map(mask),
  };
}

function bodiesStateOf({ bodies }: ExchangeRecord): BodiesState | undefined {
  if (bodies === undefined) return undefined;
  return bodies.isTaken ? 'kept' : 'left_out';
}

/** Masks a text, or nothing. */
type Masked = (text: string | undefined) => string | undefined;

function maskedBy(mask: Mask): Masked {
  return (text) => (text === undefined ? undefined : mask(text));
}

interface TryFacts {
  readonly index: number;
  readonly record: ExchangeRecord;
  readonly masked: Masked;
  readonly named: Masked;
}

function tryOf(tried: AttemptRecord, { index, record, masked, named }: TryFacts): LedgerTry {
  return {
    index,
    startedAt: record.startedAt + Math.round(tried.startedMs ?? 0),
    durationMs: tried.ms,
    backend: tried.backend,
    model: named(tried.model) ?? '',
    reportedModel: named(tried.reportedModel),
    dialect: tried.dialect,
    status: tried.status,
    failure: tried.failure,
    detail: masked(tried.detail),
    hedge: tried.hedge,
    // Of the one that served, the time to the first content of the whole tells it.
    firstContentMs: tried.failure === undefined ? undefined : tried.firstContentMs,
    coolingUntil: tried.coolingUntil,
    isTrial: tried.isTrial,
    retryAfterMs: tried.retryAfterMs,
    isRedone: tried.isRedone,
    usage: tried.usage,
    cost: tried.cost,
  };
}

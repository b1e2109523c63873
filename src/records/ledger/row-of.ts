import type { LedgerRow, LedgerTry } from '../../core/ledger-row.ts';
import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';

/** What a row says that its record does not. */
export interface RowFacts {
  /** A UUIDv7 of the time at which the exchange began, so that rows in the order of their ids are in that of their times. */
  readonly id: string;
  readonly node: string;
}

/** The row of an exchange in the ledger. It asks nothing but its arguments. */
export function rowOf(record: ExchangeRecord, { id, node }: RowFacts): LedgerRow {
  return {
    id,
    traceId: record.traceId,
    node,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    ttftMs: record.ttftMs,
    queueMs: record.queueMs,
    caller: record.caller,
    keyId: undefined,
    keyGeneration: record.keyGeneration,
    team: undefined,
    owner: undefined,
    endUser: undefined,
    session: undefined,
    tags: {},
    alias: record.alias,
    aliasLabel: record.aliasLabel,
    servedAlias: record.servedAlias,
    backend: record.backend,
    model: record.model,
    reportedModel: undefined,
    clientDialect: undefined,
    backendDialect: undefined,
    endpoint: record.path,
    stream: record.stream,
    status: record.status,
    errorCode: record.errorCode,
    interrupted: record.interrupted,
    finishReason: undefined,
    usage: undefined,
    nanoUsd: undefined,
    unpriced: false,
    heldNanoUsd: undefined,
    cache: undefined,
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    clientIp: record.clientIp,
    userAgent: undefined,
    tries: record.tries.map((tried, index) => tryOf(tried, index, record)),
    charges: [],
  };
}

function tryOf(tried: AttemptRecord, index: number, record: ExchangeRecord): LedgerTry {
  return {
    index,
    startedAt: record.startedAt,
    durationMs: tried.ms,
    backend: tried.backend,
    model: tried.model,
    reportedModel: undefined,
    dialect: undefined,
    status: tried.status,
    failure: tried.failure,
    detail: tried.detail,
    hedge: tried.hedge,
    usage: undefined,
    cost: undefined,
  };
}

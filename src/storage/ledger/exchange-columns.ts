import type { LedgerCharge, LedgerRow, LedgerTry } from '../../core/ledger-row.ts';
import type { Column, Row, Value } from '../database.ts';
import { jsonIn, numberIn, someNumber, someText, textIn } from '../read-row.ts';
import { booleanValue, countValue, jsonValue, measureValue, textValue } from '../write-value.ts';
import { CONSUMPTION_COLUMNS, consumptionIn, consumptionValues } from './consumption-columns.ts';
import { detailValue, withDetail } from './detail-column.ts';
import { DAY_MS } from './hours.ts';
import { keptTags } from './tags.ts';

/** The columns of an exchange, but for its dimensions, which are one number here (`dim`). */
export const EXCHANGE_COLUMNS: readonly Column[] = [
  ...['id', 'trace_id', 'node'].map(text),
  ...['day', 'dim', 'started_at', 'duration_ms', 'ttft_ms', 'queue_ms'].map(whole),
  ...['key_id', 'key_generation', 'end_user', 'session', 'tags', 'alias_asked', 'served_alias'].map(text),
  ...['reported_model', 'client_dialect', 'backend_dialect', 'endpoint'].map(text),
  ...['stream', 'status', 'interrupted'].map(whole),
  ...['error_code', 'finish_reason', 'cache', 'client_ip', 'user_agent'].map(text),
  ...['nano_usd', 'unpriced', 'held_nano_usd', 'bytes_in', 'bytes_out', 'attempts'].map(whole),
  ...CONSUMPTION_COLUMNS,
  text('bodies'),
  ...['overhead_us', 'asks_usage'].map(whole),
  text('detail'),
];

/** The day of a row, which says in which tables it is. */
export function dayOf(row: LedgerRow): number {
  return Math.floor(countValue(row.startedAt) / DAY_MS);
}

/** The id as it is stored. */
export function storedId(id: string): string {
  return textValue(id) ?? '';
}

/** The values of the columns above. */
export function exchangeValues(row: LedgerRow, dim: number): Value[] {
  return [
    storedId(row.id),
    textValue(row.traceId),
    textValue(row.node),
    dayOf(row),
    dim,
    countValue(row.startedAt),
    measureValue(row.durationMs),
    optionalMeasure(row.ttftMs),
    optionalMeasure(row.queueMs),
    textValue(row.keyId),
    textValue(row.keyGeneration),
    textValue(row.endUser),
    textValue(row.session),
    jsonValue(keptTags(row.tags)),
    textValue(row.alias),
    textValue(row.servedAlias),
    textValue(row.reportedModel),
    textValue(row.clientDialect),
    textValue(row.backendDialect),
    textValue(row.endpoint),
    booleanValue(row.stream),
    countValue(row.status),
    booleanValue(row.interrupted),
    textValue(row.errorCode),
    textValue(row.finishReason),
    textValue(row.cache),
    textValue(row.clientIp),
    textValue(row.userAgent),
    optionalMeasure(row.nanoUsd),
    booleanValue(row.unpriced),
    // What a request may cost at most, however it was asked: it is in no sum.
    row.heldNanoUsd === undefined ? null : countValue(row.heldNanoUsd),
    measureValue(row.bytesIn),
    measureValue(row.bytesOut),
    row.tries.length,
    ...consumptionValues(row.usage),
    textValue(row.bodies),
    row.overheadMs === undefined ? null : measureValue(row.overheadMs * 1000),
    row.asksUsage === true ? 1 : null,
    detailValue(row),
  ];
}

/** Reads an exchange that was joined with its dimensions. */
export function exchangeIn(row: Row, own: readonly LedgerTry[], charges: readonly LedgerCharge[]): LedgerRow {
  const overheadUs = numberIn(row, 'overhead_us');
  const { detail, tries } = withDetail(row, own);
  return {
    id: someText(row, 'id'),
    traceId: someText(row, 'trace_id'),
    node: someText(row, 'node'),
    startedAt: someNumber(row, 'started_at'),
    durationMs: someNumber(row, 'duration_ms'),
    ttftMs: numberIn(row, 'ttft_ms'),
    queueMs: numberIn(row, 'queue_ms'),
    overheadMs: overheadUs === undefined ? undefined : overheadUs / 1000,
    caller: textIn(row, 'caller'),
    keyId: textIn(row, 'key_id'),
    keyGeneration: textIn(row, 'key_generation'),
    team: textIn(row, 'team'),
    owner: textIn(row, 'owner'),
    endUser: textIn(row, 'end_user'),
    session: textIn(row, 'session'),
    tags: jsonIn(row, 'tags') as Record<string, string>,
    alias: textIn(row, 'alias_asked'),
    aliasLabel: textIn(row, 'alias'),
    servedAlias: textIn(row, 'served_alias'),
    backend: textIn(row, 'backend'),
    model: textIn(row, 'model'),
    reportedModel: textIn(row, 'reported_model'),
    clientDialect: textIn(row, 'client_dialect'),
    backendDialect: textIn(row, 'backend_dialect'),
    endpoint: textIn(row, 'endpoint'),
    stream: someNumber(row, 'stream') === 1,
    status: someNumber(row, 'status'),
    errorCode: textIn(row, 'error_code'),
    interrupted: someNumber(row, 'interrupted') === 1,
    finishReason: textIn(row, 'finish_reason'),
    usage: consumptionIn(row),
    nanoUsd: numberIn(row, 'nano_usd'),
    unpriced: someNumber(row, 'unpriced') === 1,
    heldNanoUsd: numberIn(row, 'held_nano_usd'),
    cache: textIn(row, 'cache'),
    bodies: textIn(row, 'bodies'),
    bytesIn: someNumber(row, 'bytes_in'),
    bytesOut: someNumber(row, 'bytes_out'),
    clientIp: someText(row, 'client_ip'),
    userAgent: textIn(row, 'user_agent'),
    asksUsage: numberIn(row, 'asks_usage') === 1 ? true : undefined,
    detail,
    tries,
    charges,
  };
}

function text(name: string): Column {
  return { name, type: 'TEXT' };
}

function whole(name: string): Column {
  return { name, type: 'BIGINT' };
}

function optionalMeasure(number: number | undefined): number | null {
  return number === undefined ? null : measureValue(number);
}

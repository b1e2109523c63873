import type { ExchangeRecord, TryRecord } from '../core/record.ts';
import { printable } from '../lib/printable.ts';
import type { REQUEST_FIELDS, TRY_FIELDS } from './log-fields.ts';

/** The status of an exchange whose client left before its end. */
export const CLIENT_LEFT = 499;

/** How grave a line is. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One line of a log as data: `level`, `ts` and `msg` first, then whatever it tells. */
export type Entry = Readonly<Record<string, unknown>>;

/** A general line as data. No field takes the place of its level, time or message; an Error becomes `{name, message, stack}`. */
export function generalEntry(level: Level, nowMs: number, msg: string, fields: Entry = {}): Entry {
  const entry: Record<string, unknown> = { level, ts: isoTime(nowMs), msg };
  for (const [name, value] of Object.entries(fields)) {
    if (RESERVED.has(name)) continue;
    entry[name] = value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;
  }
  return entry;
}

const RESERVED: ReadonlySet<string> = new Set(['level', 'ts', 'msg']);

/** The table in `log-fields.ts` names what is written, neither more nor less. */
type RequestField = (typeof REQUEST_FIELDS)[number]['name'];
type TryField = (typeof TRY_FIELDS)[number]['name'];

/**
 * The request line of a record as data, fields in the order in which they are written. What is unknown is null where
 * the column is there for every request, and undefined (so left out) where it is not.
 */
export function requestEntry(
  record: ExchangeRecord,
  level: Level,
  nowMs: number,
): Readonly<Record<RequestField, unknown>> {
  const usage = record.usage;
  return {
    level,
    ts: isoTime(nowMs),
    msg: 'request',
    trace_id: record.traceId,
    client_ip: record.clientIp,
    caller: record.caller ?? null,
    method: record.method,
    path: record.path,
    alias: record.alias ?? null,
    served_alias: record.servedAlias,
    model: record.model ?? null,
    backend: record.backend ?? null,
    stream: record.stream,
    status: record.status,
    duration_ms: tenths(record.durationMs),
    ttft_ms: record.ttftMs === undefined ? null : tenths(record.ttftMs),
    queue_ms: tenths(record.queueMs ?? 0),
    attempts: record.attempts,
    prompt_tokens: usage?.promptTokens ?? null,
    completion_tokens: usage?.completionTokens ?? null,
    cached_tokens: usage?.cachedTokens ?? null,
    bytes_in: record.bytesIn,
    bytes_out: record.bytesOut,
    error_code: record.errorCode ?? null,
    detail: record.errorDetail,
    interrupted: record.interrupted ? true : undefined,
    dropped_events: record.droppedEvents > 0 ? record.droppedEvents : undefined,
    tries: hasStory(record) ? record.tries.map(tryEntry) : undefined,
  };
}

/** The same as JSON, which is what nearly every line is written as: put together, at a third of what `JSON.stringify` takes. */
export function requestJson(record: ExchangeRecord, level: Level, nowMs: number): string {
  const { usage, ttftMs, droppedEvents, errorDetail } = record;
  return (
    `{"level":"${level}","ts":"${isoTime(nowMs)}","msg":"request","trace_id":${quoted(record.traceId)}${kindOf(record).json}` +
    `,"duration_ms":${tenthsText(record.durationMs)},"ttft_ms":${ttftMs === undefined ? null : tenthsText(ttftMs)},"queue_ms":` +
    `${tenthsText(record.queueMs ?? 0)},"attempts":${record.attempts},"prompt_tokens":${usage?.promptTokens ?? null}` +
    `,"completion_tokens":${usage?.completionTokens ?? null},"cached_tokens":${usage?.cachedTokens ?? null},"bytes_in":` +
    `${record.bytesIn},"bytes_out":${record.bytesOut},"error_code":${quoted(record.errorCode)}` +
    (errorDetail === undefined ? '' : `,"detail":${quoted(errorDetail)}`) +
    (record.interrupted ? ',"interrupted":true' : '') +
    (droppedEvents > 0 ? `,"dropped_events":${droppedEvents}` : '') +
    (hasStory(record) ? `,"tries":${printable(JSON.stringify(record.tries.map(tryEntry)))}}` : '}')
  );
}

/** All of a request's line that others chose, to be looked through for secrets: clients, backends and the config. */
export function requestTold(record: ExchangeRecord): string {
  const tries = hasStory(record) ? JSON.stringify(record.tries.map(tryEntry)) : '';
  return `${record.traceId} ${kindOf(record).told} ${record.errorCode} ${record.errorDetail} ${tries}`;
}

/** What tells requests of one kind from those of another. */
type Likeness = Pick<
  ExchangeRecord,
  'clientIp' | 'caller' | 'method' | 'path' | 'alias' | 'servedAlias' | 'model' | 'backend' | 'stream' | 'status'
>;

/** The same, as it stands in their lines. */
interface Kind {
  readonly of: Likeness;
  readonly json: string;
  readonly told: string;
}

let lastKind: Kind | undefined;

/** Requests of one kind follow each other, so what they have in common is seldom written out anew. */
function kindOf(record: ExchangeRecord): Kind {
  if (lastKind !== undefined && isOfOneKind(lastKind.of, record)) return lastKind;
  const { clientIp, caller, method, path, alias, servedAlias, model, backend, stream, status } = record;
  const served = servedAlias === undefined ? '' : `,"served_alias":${quoted(servedAlias)}`;
  const json =
    `,"client_ip":${quoted(clientIp)},"caller":${quoted(caller)},"method":${quoted(method)},"path":${quoted(path)},"alias":${quoted(alias)}${served}` +
    `,"model":${quoted(model)},"backend":${quoted(backend)},"stream":${stream},"status":${status}`;
  const told = `${clientIp} ${caller} ${method} ${path} ${alias} ${servedAlias} ${model} ${backend}`;
  const of = { clientIp, caller, method, path, alias, servedAlias, model, backend, stream, status };
  lastKind = { of, json, told };
  return lastKind;
}

function isOfOneKind(one: Likeness, other: Likeness): boolean {
  return (
    one.backend === other.backend &&
    one.status === other.status &&
    one.stream === other.stream &&
    one.clientIp === other.clientIp &&
    one.caller === other.caller &&
    one.alias === other.alias &&
    one.servedAlias === other.servedAlias &&
    one.model === other.model &&
    one.method === other.method &&
    one.path === other.path
  );
}

/** Info: as it should be, or the client's own leaving. Warn: refused or rescued. Error: the client was let down. */
export function requestLevel(record: ExchangeRecord): Level {
  if (record.status === CLIENT_LEFT) return 'info';
  if (record.status >= 500 || record.interrupted) return 'error';
  return record.status >= 400 || hasStory(record) ? 'warn' : 'info';
}

/** Whether the tries tell more than the request's own fields do: there were several, or the only one failed. */
export function hasStory(record: ExchangeRecord): boolean {
  const tries = record.tries;
  return tries.length > 1 || (tries.length === 1 && tries[0]?.failure !== undefined);
}

function tryEntry(tried: TryRecord): Readonly<Record<TryField, unknown>> {
  return {
    backend: tried.backend,
    model: tried.model,
    status: tried.status,
    failure: tried.failure,
    detail: tried.detail,
    type: tried.type,
    message: tried.message,
    ms: tenths(tried.ms),
    cooling_until: tried.coolingUntil === undefined ? undefined : new Date(tried.coolingUntil),
  };
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quoted(text: string | undefined): string {
  if (text === undefined) return 'null';
  return PLAIN.test(text) ? `"${text}"` : printable(JSON.stringify(text));
}

let lastMs = NaN;
let lastIso = '';

/** Many lines are of the same millisecond. */
function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The same as text, put together from small whole numbers: to write out a fraction takes long. */
function tenthsText(ms: number): string {
  const count = Math.round(ms * 10);
  if (!(count >= 0 && count <= 0x7fffffff)) return String(tenths(ms));
  const rest = count % 10;
  const whole = (count - rest) / 10;
  return rest === 0 ? String(whole) : `${whole}.${rest}`;
}

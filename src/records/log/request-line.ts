import { CLIENT_LEFT, type ExchangeRecord, type AttemptRecord } from '../../core/record.ts';
import { hasFailures } from './has-story.ts';
import { isoTime, tenths, usd } from './json-text.ts';
import type { LogField, RecordField } from './log-field.ts';
import { RECORD_FIELDS, type REQUEST_FIELDS } from './log-fields.ts';
import { ATTEMPT_FIELDS } from './attempt-fields.ts';

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
type TryField = (typeof ATTEMPT_FIELDS)[number]['name'];

/**
 * The request line of a record as data, fields in the order in which they are written. What is unknown is null where
 * the column is there for every request, and undefined (so left out) where it is not.
 */
export function requestEntry(
  record: ExchangeRecord,
  level: Level,
  nowMs: number,
): Readonly<Record<RequestField, unknown>> {
  const line: Partial<Record<RequestField, unknown>> = { level, ts: isoTime(nowMs), msg: 'request' };
  return Object.assign(line, entryOf(RECORD_FIELDS, record)) as Readonly<Record<RequestField, unknown>>;
}

/** Debug: what pages of the console ask for, all day. Info: as it should be, or the client's own leaving. Warn: refused or rescued. Error: the client was let down. */
export function requestLevel(record: ExchangeRecord): Level {
  const usual = record.byConsole === true ? 'debug' : 'info';
  if (record.status === CLIENT_LEFT) return usual;
  if (record.status >= 500 || record.interrupted) return 'error';
  return record.status >= 400 || hasFailures(record) ? 'warn' : usual;
}

/** One attempt as data. */
export function attemptEntry(tried: AttemptRecord): Readonly<Record<TryField, unknown>> {
  return entryOf(ATTEMPT_FIELDS, tried) as Readonly<Record<TryField, unknown>>;
}

function entryOf<R>(fields: readonly RecordField<R>[], record: R): Entry {
  const entry: Record<string, unknown> = {};
  for (const { name, type, unit, of, nullWhen } of fields) {
    const value = of(record);
    entry[name] =
      value === undefined
        ? nullWhen === undefined
          ? undefined
          : null
        : unit === 'USD'
          ? usd(value as number)
          : shown(type, value);
  }
  return entry;
}

function shown(type: LogField['type'], value: unknown): unknown {
  if (type === 'number') return tenths(value as number);
  if (type === 'time') return new Date(value as number);
  return type === 'list' ? (value as readonly AttemptRecord[]).map(attemptEntry) : value;
}

import type { LedgerRow } from '../../core/ledger-row.ts';
import { TOKEN_CLASSES } from '../../core/token-classes.ts';
import type { Column, Row } from '../database.ts';
import type { UsageMeasure, UsageSums } from '../ledger-query.ts';
import { sumIn } from '../read-row.ts';
import { measureValue } from '../write-value.ts';
import { CLASS_COLUMNS, toolCalls } from './consumption-columns.ts';

/** A sum that is kept: its column in the roll-ups, and what a row adds to it, told of a row and of its columns. */
interface Measure {
  readonly name: UsageMeasure;
  readonly column: string;
  /** By the columns of an exchange: what `verify` counts again. */
  readonly sql: string;
  of(row: LedgerRow): number;
}

/** All that is summed, in the order of the columns. */
export const MEASURES: readonly Measure[] = [
  { name: 'requests', column: 'requests', sql: '1', of: () => 1 },
  flag('failed', 'CASE WHEN status >= 400 THEN 1 ELSE 0 END', ({ status }) => status >= 400),
  flag('interrupted', 'interrupted', ({ interrupted }) => interrupted),
  flag('estimated', 'COALESCE(estimated, 0)', ({ usage }) => usage?.estimated === true),
  flag('unpriced', 'unpriced', ({ unpriced }) => unpriced),
  amount('attempts', 'attempts', ({ tries }) => tries.length),
  amount('nanoUsd', 'nano_usd', ({ nanoUsd }) => nanoUsd),
  amount('serverTools', 'server_tool_calls', ({ usage }) => (usage === undefined ? 0 : toolCalls(usage))),
  amount('durationMs', 'duration_ms', ({ durationMs }) => durationMs),
  amount('ttftMs', 'ttft_ms', ({ ttftMs }) => ttftMs),
  {
    name: 'ttftCount',
    column: 'ttft_count',
    sql: 'CASE WHEN ttft_ms IS NULL THEN 0 ELSE 1 END',
    of: ({ ttftMs }) => (ttftMs === undefined ? 0 : 1),
  },
  amount('queueMs', 'queue_ms', ({ queueMs }) => queueMs),
  amount('bytesIn', 'bytes_in', ({ bytesIn }) => bytesIn),
  amount('bytesOut', 'bytes_out', ({ bytesOut }) => bytesOut),
  ...TOKEN_CLASSES.map((name) => amount(name, CLASS_COLUMNS[name], ({ usage }) => usage?.[name])),
];

export const MEASURE_COLUMNS: readonly Column[] = MEASURES.map(({ column }) => ({ name: column, type: 'BIGINT' }));

/** What a row adds to each of the sums. */
export function measuresOf(row: LedgerRow): number[] {
  return MEASURES.map(({ of }) => of(row));
}

/** `SUM(…)` of all measures of a table, as text: sums may be more than a number holds. */
export const SUMS_AS_TEXT = MEASURES.map(({ column }) => `CAST(COALESCE(SUM(${column}), 0) AS TEXT) AS ${column}`).join(
  ', ',
);

/** The sums themselves, to be summed again. */
export const SUMS = MEASURES.map(({ column }) => `SUM(r.${column}) AS ${column}`).join(', ');

/** What each row of a table of exchanges adds to them. */
export const COUNTED = MEASURES.map(({ column, sql }) => `${sql} AS ${column}`).join(', ');

/** The columns as they are. */
export const PLAIN = MEASURES.map(({ column }) => `r.${column}`).join(', ');

/** What becomes of a roll-up that is there already. */
export function addingTo(table: string): string {
  return MEASURES.map(({ column }) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
}

/** Reads the sums of a group. */
export function sumsIn(row: Row): UsageSums {
  return Object.fromEntries(MEASURES.map(({ name, column }) => [name, sumIn(row, column)])) as UsageSums;
}

/** The sums of no rows. */
export const ZERO = Object.fromEntries(MEASURES.map(({ name }) => [name, 0n])) as UsageSums;

/** The sums of two groups together. */
export function plus(sums: UsageSums, others: UsageSums): UsageSums {
  return Object.fromEntries(MEASURES.map(({ name }) => [name, sums[name] + others[name]])) as UsageSums;
}

/** The difference of two groups. */
export function minus(sums: UsageSums, others: UsageSums): UsageSums {
  return Object.fromEntries(MEASURES.map(({ name }) => [name, sums[name] - others[name]])) as UsageSums;
}

function flag(name: UsageMeasure, sql: string, of: (row: LedgerRow) => boolean): Measure {
  return { name, column: name, sql, of: (row) => (of(row) ? 1 : 0) };
}

function amount(name: UsageMeasure, column: string, of: (row: LedgerRow) => number | undefined): Measure {
  return { name, column, sql: `COALESCE(${column}, 0)`, of: (row) => measureValue(of(row)) };
}

import type { LedgerRow } from '../../core/ledger-row.ts';
import { measuresOf, MEASURES, plus, ZERO } from '../../storage/ledger/measures.ts';
import {
  BadCursor,
  DIMENSIONS,
  type Dimension,
  type RowText,
  type SearchPage,
  type SearchQuery,
  type Usage,
  type UsageGroup,
  type UsageQuery,
  type UsageSums,
} from '../../storage/ledger-query.ts';
import type { LedgerStore } from '../../storage/store.ts';
import { recordId } from '../record-id.ts';
import { matcherOf } from './matches.ts';
import type { RecentActivity } from './recent-activity.ts';

/** What may be asked of a ledger by those who only read. */
export type LedgerReads = Pick<LedgerStore, 'search' | 'one' | 'export' | 'usage'>;

/** Answers from the last records in memory, where there is no database. */
export function memoryLedger(recent: RecentActivity): LedgerReads {
  return {
    search: (query, cursor) => Promise.resolve().then(() => searched(recent, query, cursor)),
    one: (id) => {
      for (const [, record] of recent.records.newest())
        if (recordId(record) === id) return Promise.resolve(recent.rowOf(record));
      return Promise.resolve(undefined);
    },
    export: (query) => rowsOf(recent, query),
    usage: (query) => Promise.resolve(usageOf(recent, query)),
  };
}

function searched(recent: RecentActivity, query: SearchQuery, cursor: string | undefined): SearchPage {
  const matches = matcherOf(query);
  const rows: LedgerRow[] = [];
  for (const [number, record] of recent.records.newest(cursor === undefined ? undefined : numberOf(cursor))) {
    if (!matches(record)) continue;
    if (rows.length === Math.max(1, query.limit)) return { rows, next: cursorOf(number + 1) };
    rows.push(recent.rowOf(record));
  }
  return { rows, next: undefined };
}

async function* rowsOf(recent: RecentActivity, query: Omit<SearchQuery, 'limit'>): AsyncGenerator<LedgerRow> {
  const matches = matcherOf(query);
  for (const [, record] of recent.records.newest()) {
    if (matches(record)) yield await Promise.resolve(recent.rowOf(record));
  }
}

/** Of exactly the time that is asked for: it need not be whole hours here. */
function usageOf(recent: RecentActivity, query: UsageQuery): Usage {
  const matches = matcherOf(query);
  const groups = new Map<string, UsageGroup>();
  let total = ZERO;
  for (const [, record] of recent.records.newest()) {
    if (!matches(record)) continue;
    const row = recent.rowOf(record);
    const sums = sumsOf(row);
    const key = groupOf(row, query);
    const name = JSON.stringify(key);
    const known = groups.get(name);
    groups.set(name, { ...key, sums: known === undefined ? sums : plus(known.sums, sums) });
    total = plus(total, sums);
  }
  const sorted = [...groups.values()].toSorted(byTimeAndCost);
  return { groups: sorted.slice(0, query.limit), total, from: query.from, to: query.to };
}

function sumsOf(row: LedgerRow): UsageSums {
  const measures = measuresOf(row);
  return Object.fromEntries(MEASURES.map(({ name }, at) => [name, BigInt(measures[at] ?? 0)])) as UsageSums;
}

function groupOf(
  row: LedgerRow,
  { groupBy = [], groupByTag, groupByText, buckets }: UsageQuery,
): Omit<UsageGroup, 'sums'> {
  const values: Readonly<Record<Dimension, string | undefined>> = {
    caller: row.caller,
    team: row.team,
    owner: row.owner,
    alias: row.aliasLabel,
    backend: row.backend,
    model: row.model,
  };
  const own = DIMENSIONS.filter((each) => groupBy.includes(each)).map((each) => [each, values[each] ?? null]);
  const bucket = buckets?.findLast((start) => start <= row.startedAt);
  return {
    dimensions: Object.fromEntries(own) as UsageGroup['dimensions'],
    ...(groupByTag === undefined ? {} : { tag: row.tags[groupByTag] ?? null }),
    ...(groupByText === undefined ? {} : { text: TEXT_OF[groupByText](row) ?? null }),
    ...(bucket === undefined ? {} : { bucket }),
  };
}

const TEXT_OF: Readonly<Record<RowText, (row: LedgerRow) => string | undefined>> = {
  session: ({ session }) => session,
  user_agent: ({ userAgent }) => userAgent,
  end_user: ({ endUser }) => endUser,
};

function byTimeAndCost(one: UsageGroup, other: UsageGroup): number {
  const byTime = (one.bucket ?? 0) - (other.bucket ?? 0);
  return byTime || Number(other.sums.nanoUsd - one.sums.nanoUsd) || Number(other.sums.requests - one.sums.requests);
}

function cursorOf(number: number): string {
  return Buffer.from(`memory.${number}`).toString('base64url');
}

function numberOf(cursor: string): number {
  const number = /^memory\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (number === undefined) throw new BadCursor('the cursor is not one of this search');
  return Number(number);
}

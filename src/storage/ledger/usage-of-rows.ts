import type { Database } from '../database.ts';
import type { Usage, UsageGroup, UsageQuery, UsageSums } from '../ledger-query.ts';
import { someNumber, textIn } from '../read-row.ts';
import { countValue, jsonValue } from '../write-value.ts';
import { addDimensions, Conditions, hasDimensions } from './conditions.ts';
import { tablesOf } from './day-tables.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';
import { MEASURES, plus, sumsIn, ZERO } from './measures.ts';
import { openDays } from './open-days.ts';

/** `SUM(…)` of what each row adds to the measures. */
const SUMS = MEASURES.map(({ sql, column }) => `CAST(COALESCE(SUM(${sql}), 0) AS TEXT) AS ${column}`).join(', ');

/**
 * Sums by a text that rows have and roll-ups do not (a session, a user agent), of exactly the time that is asked for. It
 * reads the rows themselves, a day at a time.
 */
export async function usageOfRows(
  database: Database,
  query: UsageQuery & { readonly groupByText: NonNullable<UsageQuery['groupByText']> },
): Promise<Usage> {
  const { from, to, buckets } = query;
  const dims = await dimsOf(database, query);
  const days = (await openDays(database)).filter((day) => (day + 1) * DAY_MS > from && day * DAY_MS < to);
  const groups = new Map<string, UsageGroup>();
  let total: UsageSums = ZERO;
  for (const day of days) {
    const conditions = new Conditions();
    conditions.add(`started_at >= ${conditions.value(countValue(Math.ceil(from)))}`);
    conditions.add(`started_at < ${conditions.value(countValue(Math.ceil(to)))}`);
    if (dims !== undefined) conditions.add(`dim IN ${database.dialect.numbersOf(conditions.value(dims))}`);
    const hour = buckets === undefined ? '0' : `started_at / ${HOUR_MS}`;
    const rows = await database.read(
      `SELECT ${query.groupByText} AS text, ${hour} AS span, ${SUMS} FROM ${tablesOf(day).exchanges}
        WHERE ${conditions.text} GROUP BY 1, 2`,
      conditions.values,
    );
    for (const row of rows) {
      const sums = sumsIn(row);
      const at = someNumber(row, 'span') * HOUR_MS;
      const bucket = buckets?.findLast((start) => Math.floor(start / HOUR_MS) * HOUR_MS <= at);
      const text = textIn(row, 'text') ?? null;
      const key = JSON.stringify([text, bucket]);
      const known = groups.get(key)?.sums ?? ZERO;
      groups.set(key, { dimensions: {}, text, ...(bucket === undefined ? {} : { bucket }), sums: plus(known, sums) });
      total = plus(total, sums);
    }
  }
  return { groups: [...groups.values()].toSorted(inOrder).slice(0, query.limit), total, from, to };
}

async function dimsOf(database: Database, query: UsageQuery): Promise<string | undefined> {
  if (!hasDimensions(query)) return undefined;
  const conditions = new Conditions();
  addDimensions(conditions, query, { table: 'd', dialect: database.dialect });
  const rows = await database.read(`SELECT d.id FROM dimensions d WHERE ${conditions.text}`, conditions.values);
  return jsonValue(rows.map((row) => someNumber(row, 'id')));
}

function inOrder(one: UsageGroup, other: UsageGroup): number {
  const byTime = (one.bucket ?? 0) - (other.bucket ?? 0);
  return byTime || Number(other.sums.nanoUsd - one.sums.nanoUsd) || Number(other.sums.requests - one.sums.requests);
}

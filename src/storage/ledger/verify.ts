import type { Database, Row } from '../database.ts';
import type { Discrepancy, VerifyReport } from '../ledger-query.ts';
import { DIMENSIONS } from '../ledger-query.ts';
import { someText, sumIn, textIn } from '../read-row.ts';
import { tablesOf } from './day-tables.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';
import { MEASURES } from './measures.ts';
import { openDays } from './open-days.ts';
import { ALL_DIMENSIONS } from './roll-up.ts';

const MAX_DISCREPANCIES = 100;
/** SQLite takes 500 parts in one SELECT. */
const MAX_PARTS = 100;

/**
 * Counts all again from the rows. Each statement sees rows and sums of one moment, so it may run while rows are written. Of
 * days that were dropped there is nothing to count; what they charged to budgets is known still.
 */
export async function verify(database: Database): Promise<VerifyReport> {
  const days = await openDays(database);
  const discrepancies: Discrepancy[] = [];
  let [rows, rollups] = [0n, 0n];
  for (const day of days) {
    const [counts] = await database.read(
      `SELECT CAST((SELECT COUNT(*) FROM ${tablesOf(day).exchanges}) AS TEXT) AS rows_of_day,
        CAST((SELECT COUNT(*) FROM hour_rollups WHERE span >= $1 AND span < $2 AND dim > 0) AS TEXT) AS rollups_of_day`,
      [day * 24, (day + 1) * 24],
    );
    rows += counts === undefined ? 0n : sumIn(counts, 'rows_of_day');
    rollups += counts === undefined ? 0n : sumIn(counts, 'rollups_of_day');
    for (const check of CHECKS) discrepancies.push(...(await differences(database, day, check)));
  }
  const budgets = await database.read('SELECT CAST(COUNT(*) AS TEXT) AS budgets FROM budget_spend');
  discrepancies.push(...(await budgetDifferences(database, days)));
  return {
    days: days.length,
    rows,
    rollups,
    budgets: budgets[0] === undefined ? 0n : sumIn(budgets[0], 'budgets'),
    discrepancies: discrepancies.slice(0, MAX_DISCREPANCIES),
  };
}

/** Two ways to the same sums: where they are kept, and what they are counted from. */
interface Check {
  readonly table: string;
  readonly spanMs: number;
  readonly hasTag: boolean;
  /** Only the roll-ups of all dimensions together, or only the others. */
  readonly which?: 'all' | 'each';
  /** Of rows, or of other roll-ups. */
  source(day: number): string;
}

/** Hours are counted from rows, what all dimensions come to from hours, and days from hours. */
const CHECKS: readonly Check[] = [false, true].flatMap((hasTag) => {
  const [tag, hours] = hasTag ? ['tag', 'hour_tag_rollups'] : ['0', 'hour_rollups'];
  const same = MEASURES.map(({ column }) => `${column} AS r_${column}, 0 AS s_${column}`).join(', ');
  const counted = MEASURES.map(({ column, sql }) => `${sql} AS r_${column}, 0 AS s_${column}`).join(', ');
  const inDay = 'span >= $1 AND span < $2';
  const checks: Check[] = [
    {
      table: hours,
      spanMs: HOUR_MS,
      hasTag,
      which: 'each',
      source(day) {
        const { exchanges, tags } = tablesOf(day);
        const from = hasTag ? `${exchanges} JOIN ${tags} t ON t.exchange = id` : exchanges;
        return `SELECT dim, ${tag} AS tag, started_at / ${HOUR_MS} AS span, ${counted} FROM ${from}`;
      },
    },
    {
      table: hours,
      spanMs: HOUR_MS,
      hasTag,
      which: 'all',
      source: () =>
        `SELECT ${ALL_DIMENSIONS} AS dim, ${tag} AS tag, span, ${same} FROM ${hours} WHERE dim > 0 AND ${inDay}`,
    },
    {
      table: hasTag ? 'day_tag_rollups' : 'day_rollups',
      spanMs: DAY_MS,
      hasTag,
      source: (day) =>
        `SELECT dim, ${tag} AS tag, span / 24 AS span, ${same} FROM ${hours} WHERE span >= ${day * 24} AND span < ${(day + 1) * 24}`,
    },
  ];
  return checks;
});

async function differences(database: Database, day: number, check: Check): Promise<Discrepancy[]> {
  const { table, spanMs, hasTag, which } = check;
  const kept = MEASURES.map(({ column }) => `0 AS r_${column}, ${column} AS s_${column}`).join(', ');
  const both = MEASURES.flatMap(({ column }) => [`r_${column}`, `s_${column}`]);
  const sums = both.map((column) => `CAST(SUM(${column}) AS TEXT) AS ${column}`).join(', ');
  const differs = MEASURES.map(({ column }) => `SUM(r_${column}) <> SUM(s_${column})`).join(' OR ');
  const some = which === undefined ? '' : which === 'all' ? ' AND dim = 0' : ' AND dim > 0';
  const found = await database.read(
    `SELECT found.*, ${DIMENSIONS.map((name) => `d.${name}`).join(', ')}${hasTag ? ', tags.key, tags.value' : ''} FROM (
      SELECT dim, tag, span, ${sums} FROM (
        ${check.source(day)}
        UNION ALL
        SELECT dim, ${hasTag ? 'tag' : '0'} AS tag, span, ${kept} FROM ${table} WHERE span >= $1 AND span < $2${some}
      ) AS entries GROUP BY dim, tag, span HAVING ${differs} LIMIT ${MAX_DISCREPANCIES}
    ) AS found LEFT JOIN dimensions d ON d.id = found.dim${hasTag ? ' LEFT JOIN tags ON tags.id = found.tag' : ''}`,
    [(day * DAY_MS) / spanMs, ((day + 1) * DAY_MS) / spanMs],
  );
  return found.flatMap((row) => discrepanciesIn(row, `${table} ${nameOf(row, spanMs)}`));
}

function discrepanciesIn(row: Row, of: string): Discrepancy[] {
  return MEASURES.map(({ name, column }) => ({
    of,
    measure: name,
    rows: sumIn(row, `r_${column}`),
    sum: sumIn(row, `s_${column}`),
  })).filter(({ rows, sum }) => rows !== sum);
}

function nameOf(row: Row, spanMs: number): string {
  const at = new Date(Number(textIn(row, 'span')) * spanMs).toISOString();
  const dimensions = [...DIMENSIONS, 'key', 'value']
    .map((name) => [name, textIn(row, name)])
    .filter(([, value]) => value !== undefined);
  return `${at} ${dimensions.map(([name, value]) => `${name}=${value}`).join(' ')}`.trim();
}

async function budgetDifferences(database: Database, days: readonly number[]): Promise<Discrepancy[]> {
  const charges = days.map((day) => `SELECT budget, window_start, amount FROM ${tablesOf(day).charges}`);
  const groups: string[] = [];
  for (let at = 0; at < charges.length; at += MAX_PARTS) {
    groups.push(
      `SELECT budget, window_start, SUM(amount) AS charged, 0 AS kept
        FROM (${charges.slice(at, at + MAX_PARTS).join(' UNION ALL ')}) AS parts GROUP BY budget, window_start`,
    );
  }
  const found = await database.read(
    `SELECT budget, window_start, CAST(SUM(charged) AS TEXT) AS charged, CAST(SUM(kept) AS TEXT) AS kept FROM (
      ${groups.map((group) => `${group} UNION ALL `).join('')}
      SELECT budget, window_start, of_dropped AS charged, amount AS kept FROM budget_spend
    ) AS entries GROUP BY budget, window_start HAVING SUM(charged) <> SUM(kept) LIMIT ${MAX_DISCREPANCIES}`,
  );
  return found.map((row) => ({
    of: `budget ${someText(row, 'budget')} from ${new Date(Number(textIn(row, 'window_start'))).toISOString()}`,
    measure: 'amount',
    rows: sumIn(row, 'charged'),
    sum: sumIn(row, 'kept'),
  }));
}

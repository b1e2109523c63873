import type { Database, Queries } from '../database.ts';
import { someNumber, someText, textIn } from '../read-row.ts';
import { beginOf } from './append.ts';
import { partsOf, tablesOf } from './day-tables.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';
import { openDays } from './open-days.ts';

/**
 * Drops the rows of all days before one. They are taken out of sight first, in a moment; then their tables go, which may take
 * longer and keeps nobody waiting. What a crash left half done, the next call ends.
 */
export async function dropDaysBefore(database: Database, day: number): Promise<number[]> {
  const gone = await database.transaction(async (tx) => {
    if (day > (await beginOf(tx)))
      await tx.query(`UPDATE counters SET value = $1 WHERE name = 'ledger_begins'`, [Math.trunc(day)]);
    // Waits for those who write rows of these days, and lets nobody begin to.
    const rows = await tx.query('UPDATE ledger_days SET dropped = 1 WHERE day < $1 AND dropped = 0 RETURNING day', [
      Math.trunc(day),
    ]);
    const days = rows.map((row) => someNumber(row, 'day')).toSorted((a, b) => a - b);
    for (const each of days) await keepCharges(tx, each);
    return days;
  });
  const left = await database.read('SELECT day FROM ledger_days WHERE dropped = 1 ORDER BY day');
  for (const row of left) {
    const each = someNumber(row, 'day');
    await database.dropTables(partsOf(each));
    await database.transaction(
      async (tx) => void (await tx.query('UPDATE ledger_days SET dropped = 2 WHERE day = $1', [each])),
    );
  }
  return gone;
}

/** Drops roll-ups of hours and days that began before a time, but none of days that have rows still. */
export async function dropRollupsBefore(database: Database, at: number): Promise<number> {
  const [oldest = Infinity] = await openDays(database);
  const end = Math.min(Math.floor(at / DAY_MS), oldest);
  let dropped = 0;
  for (const [table, span] of [
    ['hour_rollups', (end * DAY_MS) / HOUR_MS],
    ['hour_tag_rollups', (end * DAY_MS) / HOUR_MS],
    ['day_rollups', end],
    ['day_tag_rollups', end],
  ] as const) {
    const rows = await database.transaction(
      async (tx) => await tx.query(`DELETE FROM ${table} WHERE span < $1 RETURNING span`, [span]),
    );
    dropped += rows.length;
  }
  return dropped;
}

/** What the rows of a day have charged stays known, so that the sum of a budget can be proved without them. */
async function keepCharges(tx: Queries, day: number): Promise<void> {
  const sums = await tx.query(
    `SELECT budget, window_start, CAST(SUM(amount) AS TEXT) AS amount FROM ${tablesOf(day).charges}
      GROUP BY budget, window_start ORDER BY budget, window_start`,
  );
  for (const row of sums) {
    await tx.query(
      `UPDATE budget_spend SET of_dropped = of_dropped + CAST($3 AS BIGINT) WHERE budget = $1 AND window_start = $2`,
      [someText(row, 'budget'), someNumber(row, 'window_start'), textIn(row, 'amount') ?? '0'],
    );
  }
}

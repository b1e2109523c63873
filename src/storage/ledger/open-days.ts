import type { Database } from '../database.ts';
import { someNumber } from '../read-row.ts';

/** The days that have rows, from the oldest. */
export async function openDays(database: Database): Promise<number[]> {
  const rows = await database.read('SELECT day FROM ledger_days WHERE dropped = 0 ORDER BY day');
  return rows.map((row) => someNumber(row, 'day'));
}

/** Asks again if the table of a day was dropped in between. */
export async function despiteDrops<T>(database: Database, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!database.isTableGone(error)) throw error;
    return await ask();
  }
}

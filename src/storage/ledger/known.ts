import type { LedgerRow } from '../../core/ledger-row.ts';
import type { Database } from '../database.ts';
import { someNumber, someText } from '../read-row.ts';
import { tablesOf } from './day-tables.ts';
import { dayOf, storedId } from './exchange-columns.ts';

/** Which of these rows the ledger has, or had until their day was dropped; by their ids. */
export async function known(database: Database, rows: readonly LedgerRow[]): Promise<Set<string>> {
  const ids = new Set<string>();
  if (rows.length === 0) return ids;
  const byDay = Map.groupBy(rows, dayOf);
  const { dialect } = database;
  const days = await database.read(`SELECT day, dropped FROM ledger_days WHERE day IN ${dialect.numbersOf('$1')}`, [
    JSON.stringify([...byDay.keys()]),
  ]);
  for (const found of days) {
    const day = someNumber(found, 'day');
    const ofDay = byDay.get(day) ?? [];
    const isDropped = someNumber(found, 'dropped') > 0;
    const there = isDropped ? undefined : await idsIn(database, day, ofDay);
    for (const { id } of ofDay) if (there?.has(storedId(id)) ?? true) ids.add(id);
  }
  return ids;
}

async function idsIn(database: Database, day: number, rows: readonly LedgerRow[]): Promise<Set<string>> {
  const found = await database.read(
    `SELECT id FROM ${tablesOf(day).exchanges} WHERE id IN ${database.dialect.textsOf('$1')}`,
    [JSON.stringify(rows.map(({ id }) => storedId(id)))],
  );
  return new Set(found.map((row) => someText(row, 'id')));
}

import type { Column, Dialect } from '../database.ts';
import { type DayTables, tablesOf } from '../ledger/day-tables.ts';

/** Where a column is added: the tables of days, by what they hold. */
export interface AddedColumn {
  readonly table: keyof DayTables;
  readonly column: Column;
}

/** For a migration: adds a column, NULL in the rows that are there, to the tables of all days and to what they are parts of. */
export function addColumn({ table, column }: AddedColumn, dialect: Dialect, days: readonly number[]): string[] {
  const { name, type } = column;
  const added = `ADD COLUMN ${name} ${type}${type === 'TEXT' ? dialect.bytewise : ''}`;
  // Where days are parts of one table, what is added to it is added to them.
  const tables = dialect.partitioned === undefined ? days.map((day) => tablesOf(day)[table]) : [PARENTS[table]];
  return tables.map((each) => `ALTER TABLE ${each} ${added}`);
}

const PARENTS: Readonly<Record<keyof DayTables, string>> = {
  exchanges: 'exchanges',
  tries: 'tries',
  charges: 'charges',
  tags: 'exchange_tags',
};

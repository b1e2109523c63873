import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readBoundedSync, UnreadableFile } from '../lib/bounded-file.ts';
import { builtInTable, PriceTable } from './price-table.ts';
import { readTable, TableError } from './table-format.ts';

/** The file of a newer table in a folder, and of the one before. */
export const TABLE_FILE = 'prices.json';
export const PREVIOUS_TABLE_FILE = 'prices.previous.json';

/** No table is as long. */
export const MAX_TABLE_BYTES = 32 * 1024 * 1024;

/** The table to go by, and what is wrong with the one in the folder, if it is not that. */
export interface ChosenTable {
  readonly table: PriceTable;
  readonly problem?: string | undefined;
}

/**
 * The newer of the table in a folder and the built-in one. One that cannot be read counts for nothing, and is named. As
 * long as the file is the same it is read once, for a reload of the config must not cost the next request a whole table.
 */
export function tableIn(folder: string): ChosenTable {
  const path = join(folder, TABLE_FILE);
  const state = stateOf(path);
  if (kept?.path !== path || kept.state !== state) kept = { path, state, chosen: readFrom(path) };
  return kept.chosen;
}

let kept: { readonly path: string; readonly state: string; readonly chosen: ChosenTable } | undefined;

/** What another file in its place would have otherwise; empty: there is none. */
function stateOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true, throwIfNoEntry: false }) ?? {};
  return [ino, size, mtimeNs].join();
}

function readFrom(path: string): ChosenTable {
  try {
    const own = new PriceTable(readTable(readBoundedSync(path, MAX_TABLE_BYTES).toString('utf8')));
    return { table: own.date >= builtInTable().date ? own : builtInTable() };
  } catch (error) {
    if (error instanceof UnreadableFile && error.code === 'ENOENT') return { table: builtInTable() };
    if (!(error instanceof UnreadableFile) && !(error instanceof TableError)) throw error;
    const what = error instanceof TableError ? `is not used: ${error.message}` : error.message;
    return { table: builtInTable(), problem: `the price table ${path} ${what} (the built-in one counts)` };
  }
}

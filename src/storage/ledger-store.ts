import type { LedgerRow, RowJson } from '../core/ledger-row.ts';
import type { Database } from './database.ts';
import { MAX_BATCH } from './ledger/append.ts';
import { known } from './ledger/known.ts';
import { despiteDrops, openDays } from './ledger/open-days.ts';
import { dropDaysBefore, dropRollupsBefore } from './ledger/retention.ts';
import { one, search } from './ledger/search.ts';
import { nameSteps, steps } from './ledger/steps.ts';
import { usage } from './ledger/usage.ts';
import { verify } from './ledger/verify.ts';
import type { SearchQuery } from './ledger-query.ts';
import type { LedgerStore } from './store.ts';

/** How many rows an export holds at a time. */
const EXPORT_PAGE = 500;

/** The ledger in a database. */
export function ledgerStore(database: Database): LedgerStore {
  const find: LedgerStore['search'] = async (query, cursor) =>
    await despiteDrops(database, async () => await search(database, query, cursor));
  return {
    append: async (rows) => {
      const old = await appendTo(database, rows.map(textOf));
      return rows.filter((_, place) => !old.has(place)).map(({ id }) => id);
    },
    appendJson: async (rows) => rows.length - (await appendTo(database, rows)).size,
    known: async (rows) => await despiteDrops(database, async () => await known(database, rows)),
    usage: async (query) => await despiteDrops(database, async () => await usage(database, query)),
    search: find,
    one: async (id) => await despiteDrops(database, async () => await one(database, id)),
    export: (query) => rowsOf(find, query),
    steps: (query) => steps(database, query),
    nameSteps: (query) => nameSteps(database, query),
    days: async () => await openDays(database),
    dropDaysBefore: async (day) => await dropDaysBefore(database, day),
    dropRollupsBefore: async (at) => await dropRollupsBefore(database, at),
    verify: async () => await despiteDrops(database, async () => await verify(database)),
  };
}

/** Writes rows, as many in a transaction as there may be; the places of those that count no more. */
async function appendTo({ ledger }: Database, rows: readonly RowJson[]): Promise<Set<number>> {
  const old = new Set<number>();
  for (let at = 0; at < rows.length; at += MAX_BATCH) {
    for (const place of await ledger.append(rows.slice(at, at + MAX_BATCH))) old.add(at + place);
  }
  return old;
}

/** JSON has no infinity. */
function textOf(row: LedgerRow): RowJson {
  return JSON.stringify(row, (_, value: unknown) => (value === Infinity ? Number.MAX_VALUE : value));
}

async function* rowsOf(find: LedgerStore['search'], query: Omit<SearchQuery, 'limit'>): AsyncGenerator<LedgerRow> {
  let cursor: string | undefined;
  do {
    const { rows, next } = await find({ ...query, limit: EXPORT_PAGE }, cursor);
    yield* rows;
    cursor = next;
  } while (cursor !== undefined);
}

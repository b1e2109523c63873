// A database that has rows is brought to the next version of the schema: one more column of the ledger, on each database.
import { SQL } from 'bun';
import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { connectDatabase } from '../../src/storage/connect-store.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { addColumn } from '../../src/storage/migrations/add-column.ts';
import type { Migration } from '../../src/storage/migrations/migration.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../../src/storage/migrations/migrations.ts';
import { openStoreToRead, type StorePlace } from '../../src/storage/open-store.ts';
import { startPostgres } from '../kit/postgres.ts';
import { postgresPlaces, sqlitePlaces, Stores } from './places.ts';
import { rowsOf, START } from './rows.ts';

const DAY_MS = 86_400_000;
const server = await startPostgres();
const kinds = [sqlitePlaces(), ...(server === undefined ? [] : [postgresPlaces(server)])];
const stores = new Stores();

afterEach(async () => await stores.closeAll());
afterAll(async () => {
  for (const places of kinds) await places.close();
});

const next: Migration = {
  version: SCHEMA_VERSION + 1,
  name: 'cache state',
  statements: (dialect, days) => [
    ...addColumn({ table: 'exchanges', column: { name: 'cache_state', type: 'TEXT' } }, dialect, days),
    ...addColumn({ table: 'tries', column: { name: 'cache_age', type: 'BIGINT' } }, dialect, days),
  ],
};

describe.each(kinds)('the schema on $kind', (places) => {
  test('takes a column of the ledger, which reaches all days; who reads the version before reads on', async () => {
    const place = await places.create();
    const store = await stores.open(place);
    const rows = rowsOf(4, (number) => ({ startedAt: START + (number % 3) * DAY_MS }));
    await store.ledger.append(rows.slice(0, 3));
    await store.ledger.dropDaysBefore(20_761);
    expect((await migrated(place)).map(({ name }) => name)).toEqual(['cache state']);
    for (const day of [20_761, 20_762])
      expect(
        await run(
          place,
          `SELECT e.cache_state, t.cache_age FROM exchanges_${day} e JOIN tries_${day} t ON t.exchange = e.id`,
        ),
      ).toEqual([{ cache_state: null, cache_age: null }]);
    await run(place, `UPDATE exchanges_20761 SET cache_state = 'hit'`);
    const found = await store.ledger.search({ limit: 10 });
    expect(found.rows).toEqual([rows[2], rows[1]].flatMap((row) => row ?? []));
    expect(await store.ledger.append(rowsOf(5, () => ({ startedAt: START + DAY_MS })).slice(4))).toHaveLength(1);
    expect((await store.ledger.verify()).discrepancies).toEqual([]);
  });

  test('may have more columns than the version before knows, which makes the tables of new days all the same', async () => {
    const place = await places.create();
    const store = await stores.open(place);
    await migrated(place);
    const rows = rowsOf(3, (number) => ({ startedAt: START + number * DAY_MS }));
    expect(await store.ledger.append(rows)).toHaveLength(3);
    expect((await store.ledger.search({ limit: 10 })).rows).toEqual(rows.toReversed());
    expect((await store.ledger.verify()).discrepancies).toEqual([]);
    expect(await store.ledger.dropDaysBefore(20_761)).toEqual([20_760]);
    if (place.kind === 'sqlite') return;
    // The rows are in the one table that people query, and the newer version fills its columns.
    await run(place, `UPDATE exchanges_20761 SET cache_state = 'hit'`);
    expect(await run(place, 'SELECT cache_state FROM exchanges ORDER BY day')).toEqual([
      { cache_state: 'hit' },
      { cache_state: null },
    ]);
  });
});

test('who only reads leaves an older schema as it is', async () => {
  const places = sqlitePlaces();
  const place = await places.create();
  const database = await connectDatabase(place);
  await migrate(database, MIGRATIONS.slice(0, 1));
  await database.close();
  const error = await openStoreToRead(place).then(String, String);
  expect(error).toContain('has schema 1, and llm-proxy');
  expect(await run(place, 'SELECT version FROM schema_versions')).toEqual([{ version: 1 }]);
  await places.close();
});

async function migrated(place: StorePlace): Promise<readonly Migration[]> {
  const database = await connectDatabase(place);
  try {
    return await migrate(database, [...MIGRATIONS, next]);
  } finally {
    await database.close();
  }
}

async function run(place: StorePlace, statement: string): Promise<object[]> {
  const sql = new SQL(
    place.kind === 'sqlite' ? { adapter: 'sqlite', filename: place.file } : { url: place.url, max: 1 },
  );
  try {
    return [...((await sql.unsafe(statement)) as object[])];
  } finally {
    await sql.close();
  }
}

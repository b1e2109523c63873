// Sums of times that are not on the hour, and of keys, on each database: what the rows of them come to.
import { SQL } from 'bun';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { LedgerRow } from '../../src/core/ledger-row.ts';
import { connectDatabase } from '../../src/storage/connect-store.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { usageByKey } from '../../src/storage/migrations/4-usage-by-key.ts';
import { MIGRATIONS } from '../../src/storage/migrations/migrations.ts';
import type { StorePlace } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { startPostgres } from '../kit/postgres.ts';
import { postgresPlaces, sqlitePlaces, Stores } from './places.ts';
import { rowOf, rowsOf, START } from './rows.ts';

const server = await startPostgres();
const kinds = [sqlitePlaces(), ...(server === undefined ? [] : [postgresPlaces(server)])];
const stores = new Stores();
afterAll(async () => {
  for (const places of kinds) await places.close();
});
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

describe.each(kinds)('usage on $kind', (places) => {
  let store: Store;
  let place: StorePlace;

  beforeEach(async () => {
    place = await places.create();
    store = await stores.open(place);
  });
  afterEach(async () => {
    await stores.closeAll();
  });
  /** A row every 20 minutes for six days. */
  const everyTwentyMinutes = (): LedgerRow[] =>
    rowsOf(6 * 72, (number) => ({
      startedAt: START + number * 20 * MINUTE_MS,
      caller: `c${number % 3}`,
      nanoUsd: 1000 + number,
      tags: number % 4 === 0 ? { project: `p${number % 8}` } : {},
    }));

  const zones = ['Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Adelaide', 'America/St_Johns', 'UTC'];
  test.each(zones)('by day is exact in the zone %p', async (zone) => {
    const rows = everyTwentyMinutes();
    await store.ledger.append(rows);
    let day = Temporal.PlainDate.from('2026-11-03');
    const starts: number[] = [];
    for (let n = 0; n < 7; n++, day = day.add({ days: 1 })) starts.push(day.toZonedDateTime(zone).epochMilliseconds);
    const to = day.toZonedDateTime(zone).epochMilliseconds;
    const from = starts[0] ?? 0;
    const { groups, total, ...counted } = await store.ledger.usage({ from, to, buckets: starts });
    expect(groups.map(({ bucket, sums }) => [bucket, sums.requests, sums.nanoUsd])).toEqual(
      starts.flatMap((start, at) => {
        const own = rows.filter(({ startedAt }) => startedAt >= start && startedAt < (starts[at + 1] ?? to));
        return own.length === 0 ? [] : [[start, BigInt(own.length), costOf(own)]];
      }),
    );
    expect(total.nanoUsd).toBe(costOf(rows.filter(({ startedAt }) => startedAt >= from && startedAt < to)));
    expect(counted).toEqual({ from, to });
  });

  test('of any times and buckets is what the rows of them come to, by dimension and by tag', async () => {
    const rows = everyTwentyMinutes();
    await store.ledger.append(rows);
    const time = fc.integer({ min: -100, max: 6 * 1440 + 100 }).map((minute) => START + minute * MINUTE_MS + 1);
    const times = fc.uniqueArray(time, { minLength: 2, maxLength: 30 }).map((all) => all.toSorted((a, b) => a - b));
    const even = fc
      .tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 10, max: 1500 }), fc.integer({ min: 2, max: 30 }))
      .map(([first, length, count]) =>
        Array.from({ length: count }, (_, n) => START + (first + n * length) * MINUTE_MS),
      );
    const question = fc.record({
      times: fc.oneof(times, even),
      isByTime: fc.boolean(),
      isByCaller: fc.boolean(),
      isByTag: fc.boolean(),
      caller: fc.option(fc.constantFrom('c0', 'c1', 'other')),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ times: bounds, isByTime, isByCaller, isByTag, caller }) => {
        const [from, to, buckets] = [bounds[0] ?? 0, bounds.at(-1) ?? 0, bounds.slice(0, -1)];
        const { groups } = await store.ledger.usage({
          from,
          to,
          ...(isByTime ? { buckets } : {}),
          ...(isByCaller ? { groupBy: ['caller'] as const } : {}),
          ...(isByTag ? { groupByTag: 'project' } : {}),
          ...(caller === null ? {} : { caller: [caller] }),
        });
        const expected = new Map<string, bigint>();
        for (const row of rows) {
          if (row.startedAt < from || row.startedAt >= to || (caller !== null && row.caller !== caller)) continue;
          const key = JSON.stringify([
            isByTime ? buckets.findLast((start) => start <= row.startedAt) : null,
            isByCaller ? row.caller : null,
            isByTag ? (row.tags['project'] ?? 'none') : null,
          ]);
          expected.set(key, (expected.get(key) ?? 0n) + BigInt(row.nanoUsd ?? 0));
        }
        const found = groups.map(({ bucket, dimensions, tag, sums }): [string, bigint] => [
          JSON.stringify([bucket ?? null, dimensions.caller ?? null, isByTag ? (tag ?? 'none') : null]),
          sums.nanoUsd,
        ]);
        expect(new Map(found)).toEqual(expected);
        expect(found.length).toBe(expected.size);
      }),
      { numRuns: 60 },
    );
  });

  test('counts hours whole whose rows are gone, and says which', async () => {
    await store.ledger.append(everyTwentyMinutes());
    await store.ledger.dropDaysBefore(20_762);
    const midnight = Date.parse('2026-11-04T00:00:00+05:30');
    const buckets = [midnight, midnight + DAY_MS, midnight + 2 * DAY_MS];
    const { groups, ...counted } = await store.ledger.usage({ from: midnight, to: midnight + 3 * DAY_MS, buckets });
    // Of the 3rd and 4th of November there are roll-ups alone, so a day begins at 18:00 UTC; it ends at 18:30 where there are rows.
    expect(groups.map(({ bucket, sums }) => [bucket, sums.requests])).toEqual([
      [buckets[0], 72n],
      [buckets[1], 72n + 2n],
      [buckets[2], 72n],
    ]);
    expect([counted.from, counted.to]).toEqual([midnight - HOUR_MS / 2, midnight + 3 * DAY_MS]);
    const hour = await store.ledger.usage({ from: START + MINUTE_MS, to: START + HOUR_MS + MINUTE_MS });
    expect([hour.from, hour.to]).toEqual([START - 20 * MINUTE_MS, START + 100 * MINUTE_MS]);
    expect(hour.total.requests).toBe(5n);
  });

  test('of a key is its own, whatever it and others are called', async () => {
    const made = (number: number, keyId: string | undefined, changes: Partial<LedgerRow> = {}): LedgerRow =>
      rowOf(number, { keyId, nanoUsd: 10 ** number, ...changes });
    await store.ledger.append([
      made(0, 'old'),
      made(1, 'new'),
      made(2, undefined),
      made(3, 'new', { caller: 'renamed', startedAt: START + 30 * HOUR_MS }),
      made(4, 'other', { team: undefined }),
    ]);
    const names = { name: 'ci', team: 'platform', createdAt: START };
    const range = { from: START - DAY_MS, to: START + 3 * DAY_MS };
    const of = async (id: string, more: object = {}): Promise<bigint> =>
      (await store.ledger.usage({ ...range, key: { ...names, id }, ...more })).total.nanoUsd;
    expect([await of('old'), await of('new'), await of('other'), await of('none')]).toEqual([1n, 1010n, 10_000n, 0n]);
    expect(await of('new', { from: START + 30 * MINUTE_MS })).toBe(1000n);
    const { groups } = await store.ledger.usage({ ...range, groupBy: ['caller', 'key_id'] });
    expect(
      groups.map(({ dimensions: { caller, key_id: key }, sums }) => `${caller} ${key} ${sums.nanoUsd}`).toSorted(),
    ).toEqual(['ci new 10', 'ci null 100', 'ci old 1', 'ci other 10000', 'renamed new 1000']);
    const byCaller = await store.ledger.usage({ ...range, groupBy: ['caller'] });
    expect(byCaller.groups).toHaveLength(2);
    expect((await store.ledger.verify()).discrepancies).toEqual([]);
  });
});

describe.each(kinds)('roll-ups of the schema before, on $kind', (places) => {
  test('are read as before, and count for the key that had the name when they were made', async () => {
    const place = await places.create();
    const store = await stores.open(place);
    const rows = rowsOf(10, (number) => ({
      startedAt: START + number * HOUR_MS,
      nanoUsd: 2 ** number,
      keyId: undefined,
    }));
    await store.ledger.append(rows);
    // As the version before wrote them: roll-ups without keys, of rows that have them.
    await run(place, `UPDATE exchanges_20760 SET key_id = 'a' WHERE nano_usd < 32`);
    await run(place, `UPDATE exchanges_20760 SET key_id = 'b' WHERE nano_usd >= 32`);
    await run(
      place,
      `UPDATE schema_versions SET applied_at = ${START + 2 * DAY_MS} WHERE version = ${usageByKey.version}`,
    );
    const range = { from: START - DAY_MS, to: START + 300 * DAY_MS };
    expect((await store.ledger.usage({ ...range, groupBy: ['caller'] })).total.nanoUsd).toBe(1023n);
    const made = START + 4 * HOUR_MS + 30 * MINUTE_MS;
    const key = { id: 'b', name: 'ci', team: 'platform', createdAt: made };
    expect((await store.ledger.usage({ ...range, key })).total.nanoUsd).toBe(1023n - 31n);
    // What came when roll-ups knew keys is no key's that has another id.
    await store.ledger.append([
      rowOf(20, { startedAt: START + 9 * DAY_MS, nanoUsd: 1 << 20, keyId: undefined }),
      rowOf(21, { startedAt: START + 9 * DAY_MS, nanoUsd: 1 << 21, keyId: 'b' }),
    ]);
    expect((await store.ledger.usage({ ...range, key })).total.nanoUsd).toBe(1023n - 31n + BigInt(1 << 21));
    await stores.closeAll();
  });

  test('take part in the next version with the rows that are there', async () => {
    const place = await places.create();
    const before = await connectDatabase(place);
    await migrate(before, MIGRATIONS.slice(0, usageByKey.version - 1));
    await before.transaction(
      async (tx) => void (await tx.query("INSERT INTO dimensions (hash, caller) VALUES ('x', 'ci')")),
    );
    await before.close();
    const store = await stores.open(place);
    expect(await store.ledger.append(rowsOf(3))).toHaveLength(3);
    expect(await run(place, 'SELECT caller, key_id FROM dimensions ORDER BY id')).toEqual([
      { caller: 'ci', key_id: null },
      { caller: 'ci', key_id: 'key-1' },
    ]);
    await stores.closeAll();
  });
});

function costOf(rows: readonly LedgerRow[]): bigint {
  return rows.reduce((sum, { nanoUsd = 0 }) => sum + BigInt(nanoUsd), 0n);
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

// What rows explain, how they are found by it, and how they are counted by steps of time: on each database.
import { SQL } from 'bun';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { LedgerRow } from '../../src/core/ledger-row.ts';
import type { StorePlace } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { SearchQuery } from '../../src/storage/ledger-query.ts';
import { startPostgres } from '../kit/postgres.ts';
import { postgresPlaces, sqlitePlaces, Stores } from './places.ts';
import { rowOf, START, tryOf } from './rows.ts';

const server = await startPostgres();
const kinds = [sqlitePlaces(), ...(server === undefined ? [] : [postgresPlaces(server)])];
const stores = new Stores();
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

afterEach(async () => await stores.closeAll());
afterAll(async () => {
  for (const places of kinds) await places.close();
});

/** One that failed over, with all that there can be to say. */
const TOLD = rowOf(1, {
  overheadMs: 1.25,
  asksUsage: true,
  stream: false,
  detail: {
    routes: [
      { alias: 'gpt', backend: 'openai', model: 'gpt-5' },
      { alias: 'gpt', backend: 'azure', model: 'gpt-5', skipped: 'cooling', until: START + 5, cause: '503 overloaded' },
    ],
    waits: [{ for: 'retry', atMs: 12.5, ms: 250 }],
    dropped: ['seed'],
    prompts: ['house'],
    outputLimit: 4096,
  },
  tries: [
    tryOf({
      status: 503,
      failure: 'overloaded',
      usage: undefined,
      cost: undefined,
      coolingUntil: START + 9,
      isTrial: true,
      retryAfterMs: 3000,
      isRedone: true,
      firstContentMs: 7.5,
    }),
    tryOf({ index: 1 }),
  ],
});

const ROWS: readonly LedgerRow[] = [
  rowOf(0, { nanoUsd: 5_000_000, durationMs: 9000, ttftMs: 800, startedAt: START - DAY_MS }),
  TOLD,
  rowOf(2, { status: 502, errorCode: 'upstream_error', tries: [] }),
  rowOf(3, { interrupted: true, ttftMs: undefined, nanoUsd: undefined, unpriced: true }),
];

describe.each(kinds)('a ledger on $kind', (places) => {
  let place: StorePlace;
  let store: Store;

  beforeEach(async () => {
    place = await places.create();
    store = await stores.open(place);
    await store.ledger.append(ROWS);
  });

  test('gives what rows explain back as it was', async () => {
    expect(await store.ledger.one(TOLD.id)).toEqual(TOLD);
    const { rows } = await store.ledger.search({ limit: 10 });
    expect(rows).toEqual([ROWS[3], ROWS[2], TOLD, ROWS[0]].flatMap((row) => row ?? []));
  });

  test.each<[Omit<SearchQuery, 'limit'>, readonly number[]]>([
    [{ failed: true }, [3, 2]],
    [{ failedOver: true }, [1]],
    [{ failure: 'overloaded' }, [1]],
    [{ failure: 'rate_limited' }, []],
    [{ stream: false }, [1]],
    [{ stream: true, minNanoUsd: 5_000_000 }, [0]],
    [{ minDurationMs: 9000 }, [0]],
    [{ minTtftMs: 800 }, [0]],
    [{ minTtftMs: 0, failed: true }, [2]],
  ])('finds %j', async (query, numbers) => {
    const { rows } = await store.ledger.search({ ...query, limit: 10 });
    expect(rows.map(({ id }) => id)).toEqual(numbers.map((number) => ROWS[number]?.id ?? ''));
  });

  test('counts rows by steps and buckets, the newest day first, and by names', async () => {
    const query = { from: START - 2 * DAY_MS, to: START + DAY_MS, stepMs: MINUTE_MS, bucketScale: 10 };
    const days = await Array.fromAsync(store.ledger.steps(query));
    const steps = days.flat();
    expect(days[0]?.every(({ at }) => at >= START)).toBe(true);
    const sum = (of: (step: (typeof steps)[number]) => number): number => steps.reduce((all, one) => all + of(one), 0);
    expect(sum(({ requests }) => requests)).toBe(4);
    expect(sum(({ failed }) => failed)).toBe(2);
    expect(sum(({ refused }) => refused)).toBe(1);
    expect(sum(({ failedOver }) => failedOver)).toBe(1);
    expect(sum(({ unpriced }) => unpriced)).toBe(1);
    expect(sum(({ nanoUsd }) => nanoUsd)).toBe(5_002_000);
    expect(sum(({ tokens }) => tokens)).toBe(4 * 55);
    expect(steps.find(({ at }) => at === START - DAY_MS)?.ttftBucket).toBe(Math.floor(Math.log(800) * 10));
    expect(steps.find(({ at }) => at === START + 3 * MINUTE_MS)?.ttftBucket).toBeUndefined();
    const names = (await Array.fromAsync(store.ledger.nameSteps(query))).flat();
    expect(names).toHaveLength(4);
    expect(names[0]).toMatchObject({ caller: 'ci', alias: 'gpt', model: 'gpt-5', backend: 'openai', requests: 1 });
  });

  test('sums by a session, a user agent or an end user from the rows themselves', async () => {
    await store.ledger.append([rowOf(7, { session: 's', userAgent: 'curl/9' }), rowOf(8, { session: 's' })]);
    const range = { from: START, to: START + DAY_MS };
    const { groups, total } = await store.ledger.usage({ ...range, groupByText: 'session' });
    expect(groups.map(({ text, sums }) => [text, sums.requests])).toEqual([
      [null, 3n],
      ['s', 2n],
    ]);
    expect(total.requests).toBe(5n);
    const agents = await store.ledger.usage({ ...range, groupByText: 'user_agent', caller: ['ci'] });
    expect(agents.groups.map(({ text }) => text)).toEqual(['curl/8', 'curl/9']);
    expect((await store.ledger.usage({ ...range, groupByText: 'user_agent', caller: ['nobody'] })).groups).toEqual([]);
  });

  test('reads rows that an older version writes', async () => {
    const sql = new SQL(
      place.kind === 'sqlite' ? { adapter: 'sqlite', filename: place.file } : { url: place.url, max: 1 },
    );
    const day = Math.floor(START / DAY_MS);
    await sql.unsafe(`UPDATE exchanges_${day} SET detail = NULL, overhead_us = NULL, asks_usage = NULL`);
    await sql.close();
    const row = await store.ledger.one(TOLD.id);
    expect(row?.overheadMs).toBeUndefined();
    expect(row?.detail).toBeUndefined();
    expect(row?.tries).toHaveLength(2);
  });
});

test.each(kinds)('what no index finds is looked for a while, and then from there on ($kind)', async (places) => {
  const store = await stores.open(await places.create());
  const rows = Array.from({ length: 40 }, (_, number) => rowOf(number, { startedAt: START + number * DAY_MS }));
  await store.ledger.append(rows.map((row, number) => (number === 3 ? { ...row, durationMs: 90_000 } : row)));
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.ledger.search({ minDurationMs: 60_000, limit: 5 }, cursor);
    found.push(...page.rows.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(found).toEqual([rows[3]?.id ?? '']);
});

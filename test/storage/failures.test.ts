// What a database can do to us: be away, damaged, newer, locked, read-only or full. Each is told with its place and a remedy, and loses nothing.
import { SQL } from 'bun';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MIGRATIONS } from '../../src/storage/migrations/migrations.ts';
import type { StorePlace } from '../../src/storage/open-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { StoreUnavailable } from '../../src/storage/store-errors.ts';
import { startPostgres } from '../kit/postgres.ts';
import { childOf, startWriter } from './processes.ts';
import { postgresPlaces, sqlitePlaces, Stores } from './places.ts';
import { keyOf, rowsOf, START } from './rows.ts';

const server = await startPostgres();
const kinds = [sqlitePlaces(), ...(server === undefined ? [] : [postgresPlaces(server)])];
const stores = new Stores();
const ALL = { from: 0, to: START + 999 * 86_400_000 };

afterEach(async () => {
  await stores.closeAll();
});

describe.each(kinds)('a $kind database', (places) => {
  let place: StorePlace;

  beforeEach(async () => {
    place = await places.create();
  });

  test('is made once by processes that start at the same time', async () => {
    const children = Array.from({ length: 5 }, () => childOf('migrate', place));
    for (const child of children) expect(await child).toEqual({ code: 0, err: '' });
    expect(await versionsIn(place)).toEqual(MIGRATIONS.map(({ version }) => version));
  });

  test('of a newer program is refused, and left as it is', async () => {
    await (await stores.open(place)).keys.insert(keyOf());
    await stores.closeAll();
    await run(place, `INSERT INTO schema_versions VALUES (99, 'what comes', 1, '9.9.9')`);
    const error = await failure(openStore(place));
    expect(error.reason).toBe('newer_schema');
    expect(error.message).toContain('has schema 99, and llm-proxy');
    expect(error.message).toContain('start the newer llm-proxy');
    await run(place, 'DELETE FROM schema_versions WHERE version = 99');
    expect(await (await stores.open(place)).keys.list()).toEqual([keyOf()]);
  });

  test('takes each row once, whenever the process that writes is killed', async () => {
    let killed = 0;
    for (let round = 0; round < 6; round += 1) {
      const writer = startWriter(place, { rows: 4000, batch: 50 });
      await writer.hasWritten(1 + round * 3);
      killed += (await writer.kill()) ? 1 : 0;
    }
    expect(killed).toBeGreaterThan(0);
    expect(await childOf('write', place, { rows: 4000, batch: 500 })).toEqual({ code: 0, err: '' });
    const store = await stores.open(place);
    expect((await store.ledger.usage(ALL)).total).toMatchObject({ requests: 4000n, nanoUsd: 4_000_000n });
    expect(await store.budgets.spent()).toMatchObject([{ amount: 4_000_000n }]);
    expect(await store.ledger.verify()).toMatchObject({ rows: 4000n, discrepancies: [] });
  });

  test('takes each row once from processes that write the same at the same time', async () => {
    const writers = Array.from({ length: 3 }, () => childOf('write', place, { rows: 1500, batch: 100 }));
    for (const writer of writers) expect(await writer).toEqual({ code: 0, err: '' });
    const store = await stores.open(place);
    expect((await store.ledger.usage(ALL)).total.requests).toBe(1500n);
    expect((await store.ledger.verify()).discrepancies).toEqual([]);
  });

  test('that a process was killed in while it dropped days is put right by the next drop', async () => {
    const store = await stores.open(place);
    await store.ledger.append(rowsOf(60, (number) => ({ startedAt: START + number * 3_600_000 })));
    // As far as the first of two steps goes.
    await run(place, 'UPDATE ledger_days SET dropped = 1 WHERE day = 20760');
    expect(await store.ledger.days()).toEqual([20_761, 20_762]);
    expect(await store.ledger.dropDaysBefore(20_761)).toEqual([]);
    expect(await run(place, 'SELECT day FROM ledger_days WHERE dropped = 2')).toHaveLength(1);
    expect(await failureOf(run(place, 'SELECT * FROM exchanges_20760'))).toBeDefined();
  });
});

describe('a file that is', () => {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-files-'));
  let count = 0;
  let file: string;
  const place = (): StorePlace => ({ kind: 'sqlite', file });

  beforeEach(() => {
    count += 1;
    file = join(dir, `${count}`, 'llm-proxy.db');
    mkdirSync(dirname(file));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  test('new is for its owner only, with those beside it, and so is its folder', async () => {
    file = join(dir, 'new', 'deep', 'llm-proxy.db');
    const store = await stores.open(place());
    await store.keys.insert(keyOf());
    for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(await run(place(), 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  test.each([
    ['no database', 'these are the notes of a person\n'.repeat(500)],
    ['damaged from the beginning', '\0'.repeat(100_000)],
  ])('%s is left as it is', async (_, content) => {
    writeFileSync(file, content);
    const error = await failure(openStore(place()));
    expect(error.reason).toBe('corrupt');
    expect(error.message).toContain(`the database ${file} is not a database, or is damaged; it was left as it is`);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('damaged in the middle is told when it is read, and what can be read is', async () => {
    const store = await stores.open(place());
    // Of one day: the list of tables is in front of them then.
    await store.ledger.append(rowsOf(3000, () => ({ startedAt: START })));
    await stores.closeAll();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, Math.floor(bytes.length / 2), Math.floor(bytes.length * 0.9));
    writeFileSync(file, bytes);
    const damaged = await stores.open(place());
    const error = await failure(damaged.ledger.verify());
    expect(error.reason).toBe('corrupt');
    expect(error.message).toContain(`the database ${file} is damaged; it was left as it is`);
    expect(await damaged.keys.list()).toEqual([]);
  });

  test('locked by another process is waited for, not for ever; nothing is changed', async () => {
    const store = await stores.open(place());
    const other = new SQL({ adapter: 'sqlite', filename: file });
    await other.unsafe('BEGIN IMMEDIATE');
    const insert = store.keys.insert(keyOf());
    expect(await store.keys.list()).toEqual([]);
    await other.unsafe('COMMIT');
    await insert;
    expect(await store.keys.list()).toEqual([keyOf()]);
    await other.close();
  });

  test('on a full disk takes nothing more, loses nothing, and takes more when there is room', async () => {
    const limited = await childOf('fill', place());
    expect(limited).toEqual({ code: 0, err: '' });
    const store = await stores.open(place());
    const { total } = await store.ledger.usage(ALL);
    expect(total.requests).toBeGreaterThan(0n);
    expect(await store.ledger.verify()).toMatchObject({ rows: total.requests, discrepancies: [] });
    expect(await store.ledger.append(rowsOf(20_000).slice(-10))).toHaveLength(10);
  });

  test.skipIf(process.getuid?.() !== 0)('read-only, or in a folder that is, is told so', async () => {
    const store = await stores.open(place());
    await store.keys.insert(keyOf());
    await stores.closeAll();
    chmodSync(dir, 0o755);
    chmodSync(dirname(file), 0o755);
    chmodSync(file, 0o644);
    const asNobody = await childOf('migrate', place(), { uid: 65_534 });
    expect(asNobody.code).toBe(1);
    expect(asNobody.err).toContain(
      `read_only: the database ${file} may not be opened: give the user of this process access`,
    );
    chownSync(file, 65_534, 65_534);
    const inFolder = await childOf('migrate', place(), { uid: 65_534 });
    expect(inFolder.code).toBe(1);
    expect(inFolder.err).toMatch(/read_only: the database \S+ cannot be (?:opened|written): give the user/);
    expect(await (await stores.open(place())).keys.list()).toEqual([keyOf()]);
  });

  test('a folder, or under a file, is told so', async () => {
    mkdirSync(file);
    expect((await failure(openStore(place()))).message).toContain('is a folder: move it away');
    writeFileSync(join(dir, 'plain'), '');
    file = join(dir, 'plain', 'llm-proxy.db');
    expect((await failure(openStore(place()))).message).toContain(`the database ${file} is not in a folder`);
    expect(existsSync(file)).toBe(false);
  });
});

describe.skipIf(server === undefined)('a server that is', () => {
  test('away is told, and connected to again by itself', async () => {
    const place: StorePlace = { kind: 'postgres', url: (await server?.createDatabase()) ?? '' };
    const store = await stores.open(place);
    await store.ledger.append(rowsOf(20));
    await server?.kill();
    const asked = [store.keys.list(), store.ledger.append(rowsOf(30)), store.keys.insert(keyOf()), store.ping()];
    for (const error of await Promise.all(asked.map(failure))) expect(error.reason).toBe('unreachable');
    expect((await failure(openStore(place))).message).toMatch(
      /^the database postgres:\/\/127\.0\.0\.1:\d+\/test_\d+ cannot be reached: see whether it runs/,
    );
    await server?.start();
    expect(await store.ledger.append(rowsOf(30))).toHaveLength(10);
    expect((await store.ledger.verify()).discrepancies).toEqual([]);
  });

  test('restarted in between is not noticed', async () => {
    const store = await stores.open({ kind: 'postgres', url: (await server?.createDatabase()) ?? '' });
    await store.keys.insert(keyOf());
    await server?.kill();
    await server?.start();
    expect(await store.keys.list()).toEqual([keyOf()]);
    await store.keys.update(keyOf({ version: 2 }), 1);
  });

  test('without such a database or user is told so, without a password', async () => {
    const url = new URL((await server?.createDatabase()) ?? 'postgres://x');
    url.password = 'very-secret-word';
    const [wrongName, wrongUser] = [new URL(url), new URL(url)];
    wrongName.pathname = '/none';
    wrongUser.username = 'nobody';
    for (const [each, words] of [
      [wrongName, 'does not exist: create it'],
      [wrongUser, 'refuses the user of `database`'],
    ] as const) {
      const error = await failure(openStore({ kind: 'postgres', url: each.href }));
      expect(error.reason).toBe('refused');
      expect(error.message).toContain(words);
      expect(error.message).not.toContain('very-secret-word');
    }
  });

  test('read-only is told so, and used again when it is not', async () => {
    const place: StorePlace = { kind: 'postgres', url: (await server?.createDatabase()) ?? '' };
    const name = new URL(place.url).pathname.slice(1);
    await (await stores.open(place)).keys.insert(keyOf());
    await stores.closeAll();
    await run(place, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const error = await failure(openStore(place));
    expect(error).toMatchObject({ reason: 'read_only' });
    expect(error.message).toContain('name the primary server');
    const other: StorePlace = { kind: 'postgres', url: (await server?.createDatabase()) ?? '' };
    await run(other, `ALTER DATABASE ${name} SET default_transaction_read_only = off`);
    expect(await (await stores.open(place)).keys.list()).toEqual([keyOf()]);
  });
});

afterAll(async () => {
  for (const places of kinds) await places.close();
});

async function failure(asked: Promise<unknown>): Promise<StoreUnavailable> {
  const error = await failureOf(asked);
  expect(error).toBeInstanceOf(StoreUnavailable);
  return error as StoreUnavailable;
}

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
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

async function versionsIn(place: StorePlace): Promise<number[]> {
  const rows = await run(place, 'SELECT version FROM schema_versions ORDER BY version');
  return rows.map((row) => Number((row as { version: unknown }).version));
}

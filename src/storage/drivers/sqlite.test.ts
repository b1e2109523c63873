import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable } from '../store-errors.ts';
import { SqliteDatabase } from './sqlite.ts';
import { SqliteThread, startWorker } from './sqlite-thread.ts';

/** Takes far longer than to write a row. */
const LONG =
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2e6) SELECT COUNT(*) AS c FROM n';

let dir: string;
let workers: Worker[];
let database: SqliteDatabase;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-sqlite-'));
  workers = [];
  database = new SqliteDatabase(join(dir, 'test.db'), () => {
    const worker = startWorker();
    workers.push(worker);
    return new SqliteThread(worker);
  });
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true });
});

const write = async (): Promise<void> => {
  await database.transaction(async (tx) => void (await tx.query('CREATE TABLE IF NOT EXISTS t (a BIGINT)')));
};

const end = async (worker: Worker | undefined): Promise<void> => {
  const closed = Promise.withResolvers<void>();
  worker?.addEventListener('close', () => closed.resolve());
  worker?.terminate();
  await closed.promise;
};

const failureOf = async (asked: Promise<unknown>): Promise<unknown> =>
  await asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a thread of SQLite that ends by itself', () => {
  test('rejects what was asked of it, and the next query has another', async () => {
    await write();
    const asked = database.transaction(async (tx) => {
      await end(workers[0]);
      await tx.query('SELECT 1');
    });
    const error = await failureOf(asked);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ reason: 'unreachable' });
    await write();
    expect(workers).toHaveLength(2);
  });

  test('while nothing is asked is replaced, and the database can be closed', async () => {
    await write();
    await end(workers[0]);
    await write();
    expect(workers).toHaveLength(2);
  });

  test('at its first order, as it does in a build without its file, is told each time', async () => {
    database = new SqliteDatabase(join(dir, 'other.db'), () => {
      return new SqliteThread(new Worker(URL.createObjectURL(new Blob(['throw new Error("none")'])), { smol: true }));
    });
    for (let count = 0; count < 2; count++) {
      expect(await failureOf(database.read('SELECT 1'))).toBeInstanceOf(StoreUnavailable);
      expect(await failureOf(write())).toBeInstanceOf(StoreUnavailable);
    }
  });
});

test('a long read keeps neither a writer nor another reader waiting', async () => {
  const ended: string[] = [];
  const noted = async (name: string, work: Promise<unknown>): Promise<void> => {
    await work;
    ended.push(name);
  };
  await write();
  const long = noted('long read', database.read(LONG));
  await noted('write', write());
  await noted('short read', database.read('SELECT 1 AS one'));
  await long;
  expect(ended).toEqual(['write', 'short read', 'long read']);
});

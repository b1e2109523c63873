// What a machine and its people can do to the database of a gateway that serves: every request is served all the same, what is
// wrong is said, and nothing is lost when it is over.
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQL } from 'bun';
import { send } from '../kit/client.ts';
import { command } from '../kit/command.ts';
import { startGateway, type Gateway, type GatewayOptions } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { readSamples, sums } from './books.ts';

const KEY = 'sk-hostile-0123456789abcdef';
const MAIN = join(import.meta.dir, '../../src/main.ts');

const server = await startPostgres();
let dir: string;
let upstream: Upstream;
let gateway: Gateway | undefined;
let sent = 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-hostile-'));
  upstream = await startUpstream(chatAnswer('ok'));
  sent = 0;
});
afterEach(async () => {
  await gateway?.stop('SIGKILL');
  gateway = undefined;
  await upstream.stop();
  rmSync(dir, { recursive: true, force: true });
});
afterAll(async () => await server?.stop());

async function begin(options: GatewayOptions = {}, more: object = {}): Promise<Gateway> {
  const config = {
    proxy_api_key: KEY,
    data_dir: './data',
    backends: [{ name: 'a', url: upstream.url, api_key: 'sk-x' }],
    models: { m: { routes: [{ backend: 'a', model: 'm' }] } },
    budgets: [{ name: 'all', requests: 100, per: 'total' }],
    metrics: { enabled: true, public: true },
    logging: { base_dir: './logs', console_level: 'info' },
    ...more,
  };
  gateway = await startGateway({ config, dir, ...options });
  return gateway;
}

async function end(): Promise<string> {
  const said = gateway?.stderr() ?? '';
  expect(await gateway?.stop()).toBe(0);
  return said;
}

/** Asks so many times; all but those beyond the budget are served. */
async function ask(count: number, key = KEY): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) {
    sent += 1;
    const answer = await send(`${gateway?.url}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${key}`, connection: 'close' },
      body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
    });
    await answer.whole();
    statuses.push(answer.status);
  }
  return statuses;
}

const served = (count: number): number[] => Array.from({ length: count }, () => 200);

async function spent(): Promise<number> {
  const answer = await send(`${gateway?.url}/metrics`, { headers: { connection: 'close' } });
  return sums(readSamples((await answer.whole()).text), 'budget_spent')[''] ?? 0;
}

/** The state of the ledger, once nothing waits any more. */
async function shipped(): Promise<void> {
  await eventually(
    async () => {
      const { ledger } = await features();
      return ledger.journal_rows === 0 && ledger.trouble === null;
    },
    { timeoutMs: 60_000 },
  );
}

async function features(): Promise<Json> {
  const headers = { authorization: `Bearer ${KEY}`, connection: 'close' };
  return (await (await send(`${gateway?.url}/admin/status`, { headers })).json()).features;
}

async function ledger(...words: string[]) {
  return await command([process.execPath, MAIN, 'ledger', ...words, '-c', 'config.yaml'], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', HOME: dir },
  });
}

/** The rows in the database, which agree with all sums. */
async function rowsInIt(): Promise<number> {
  const verified = await ledger('verify');
  expect([verified.code, verified.err]).toEqual([0, '']);
  return (await ledger('export')).out.split('\n').filter((line) => line.startsWith('{')).length;
}

const file = (): string => join(dir, 'data', 'llm-proxy.db');

describe('a database that is away when the gateway starts', () => {
  test.skipIf(server === undefined)('is asked later what was spent: budgets count all of it, once', async () => {
    const database = (await server?.createDatabase()) ?? '';
    await begin({}, { database });
    expect(await ask(30)).toEqual(served(30));
    await end();
    await server?.kill();
    await begin({}, { database });
    expect(await spent()).toBe(0);
    expect(await ask(50)).toEqual(served(50));
    expect(await spent()).toBe(50);
    await eventually(async () => (await features()).ledger.waiting_rows === 0);
    await gateway?.stop('SIGKILL');
    // What the journal has is known, what the database has is not.
    await begin({}, { database });
    expect(await spent()).toBe(50);
    expect(await ask(10)).toEqual(served(10));
    await server?.start();
    await shipped();
    expect(await spent()).toBe(90);
    expect(await ask(12)).toEqual([...served(10), 429, 429]);
    expect(await end()).toContain('what was spent of budgets could be read from the database');
    expect(await rowsInIt()).toBe(sent);
  });

  test('is waited for only so long where another process has locked it', async () => {
    await begin();
    expect(await ask(3)).toEqual(served(3));
    await end();
    const other = new SQL({ adapter: 'sqlite', filename: file() });
    await other.unsafe('BEGIN IMMEDIATE');
    await begin();
    expect(await ask(3)).toEqual(served(3));
    await other.unsafe('ROLLBACK');
    await other.close();
    await shipped();
    expect(await spent()).toBe(6);
    await end();
    expect(await rowsInIt()).toBe(6);
  }, 60_000);
});

test.skipIf(server === undefined)(
  'a server that goes under load stops nobody, and lets nobody in who was not',
  async () => {
    const database = (await server?.createDatabase()) ?? '';
    const budgets = [{ name: 'all', requests: 100_000, per: 'total' }];
    await begin({}, { database, budgets });
    const made: Json = await (
      await send(`${gateway?.url}/admin/keys`, {
        headers: { authorization: `Bearer ${KEY}`, connection: 'close' },
        body: { name: 'ci', models: ['*'], budgets: [{ requests: 250, per: 'total' }] },
      })
    ).json();
    expect(await ask(20, made.key)).toEqual(served(20));
    await server?.kill();
    const asked = await Promise.all([ask(100, made.key), ask(100, made.key), ask(100), ask(30, 'sk-lp-unknown')]);
    expect(asked).toEqual([served(100), served(100), served(100), Array.from({ length: 30 }, () => 401)]);
    // Of the 250 of its budget, 220 are spent.
    expect((await ask(31, made.key)).filter((status) => status === 429)).toHaveLength(1);
    await server?.start();
    await shipped();
    expect((await ask(1, made.key))[0]).toBe(429);
    await end();
    // Wrong keys have no row.
    expect(await rowsInIt()).toBe(sent - 30);
  },
  120_000,
);

describe('a database file that is', () => {
  test('damaged at the start is left alone and said; with the backup put back, nothing is lost', async () => {
    await begin();
    expect(await ask(5)).toEqual(served(5));
    await end();
    const backup = join(dir, 'backup.db');
    copyFileSync(file(), backup);
    writeFileSync(file(), 'no database at all '.repeat(1000));
    await begin();
    expect(await ask(7)).toEqual(served(7));
    const { ledger: state } = await features();
    expect(state.journal_rows + state.waiting_rows).toBeGreaterThanOrEqual(7);
    expect(await end()).toContain('is not a database, or is damaged; it was left as it is');
    expect(readFileSync(file(), 'utf8')).toStartWith('no database at all');
    renameSync(backup, file());
    await begin();
    await shipped();
    expect(await spent()).toBe(12);
    await end();
    expect(await rowsInIt()).toBe(12);
  }, 60_000);

  test('older than the journal, for a backup was put back, goes on from there', async () => {
    await begin();
    expect(await ask(5)).toEqual(served(5));
    await end();
    const backup = join(dir, 'backup.db');
    copyFileSync(file(), backup);
    await begin();
    expect(await ask(4)).toEqual(served(4));
    await end();
    for (const beside of ['-wal', '-shm']) if (existsSync(file() + beside)) rmSync(file() + beside);
    renameSync(backup, file());
    await begin();
    // What was done since the backup is not in it, and is counted nowhere twice.
    expect(await spent()).toBe(5);
    expect(await ask(6)).toEqual(served(6));
    await shipped();
    await end();
    expect(await rowsInIt()).toBe(11);
  }, 60_000);

  test('gone while the gateway serves stops no request', async () => {
    await begin();
    expect(await ask(5)).toEqual(served(5));
    await shipped();
    for (const beside of ['', '-wal', '-shm']) if (existsSync(file() + beside)) rmSync(file() + beside);
    expect(await ask(5)).toEqual(served(5));
    expect(await spent()).toBe(10);
    await gateway?.stop('SIGTERM');
  }, 60_000);
});

test.skipIf(Bun.which('prlimit') === null)(
  'a disk that is full stops no request, and loses no row when it has room again',
  async () => {
    await begin({ maxFileKib: 640 });
    await shipped();
    for (let round = 0; round < 10; round++) expect(await ask(10)).toEqual(served(10));
    // Beyond the budget they are refused, and have rows as well.
    expect(await ask(500)).toEqual(Array.from({ length: 500 }, () => 429));
    await eventually(async () => (await features()).ledger.trouble !== null, { timeoutMs: 60_000 });
    const raised = Bun.spawnSync(['prlimit', '--fsize=unlimited', '--pid', String(gateway?.pid)]);
    expect(raised.exitCode).toBe(0);
    await shipped();
    expect((await features()).ledger.rows_dropped).toBe(0);
    await end();
    expect(await rowsInIt()).toBe(sent);
  },
  120_000,
);

// The ledger of a whole gateway: what it served is in its database, through restarts and `kill -9`, and whether or not the
// database is there.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerRow } from '../../src/core/ledger-row.ts';
import { openStore, type StorePlace } from '../../src/storage/open-store.ts';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer, chatEvents, sse, status } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const server = await startPostgres();

let upstream: Upstream;
let dataDir: string;
let gateway: Gateway | undefined;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('hello'));
});
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'llm-proxy-ledger-')), 'data');
});
afterEach(async () => {
  await gateway?.stop();
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});
afterAll(async () => {
  await upstream.stop();
  await server?.stop();
});

async function start(more: object = {}): Promise<Gateway> {
  gateway = await startGateway({
    config: {
      data_dir: dataDir,
      node_name: 'here',
      backends: [{ name: 'a', url: upstream.url }],
      models: { m: { routes: [{ backend: 'a', model: 'real' }] } },
      fallback: { max_retries: 0 },
      ...more,
    },
  });
  return gateway;
}

async function ask(trace: string, body: object = {}): Promise<number> {
  const answer = await send(`${gateway?.url}/v1/chat/completions`, {
    body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body },
    headers: { 'x-trace-id': trace },
  });
  await answer.whole();
  return answer.status;
}

/** All rows of a database, whose sums are right. */
async function rows(database?: string): Promise<LedgerRow[]> {
  const file = join(dataDir, 'llm-proxy.db');
  const place: StorePlace = database === undefined ? { kind: 'sqlite', file } : { kind: 'postgres', url: database };
  const store = await openStore(place);
  try {
    expect((await store.ledger.verify()).discrepancies).toEqual([]);
    return await Array.fromAsync(store.ledger.export({}));
  } finally {
    await store.close();
  }
}

async function metric(name: string): Promise<number> {
  const answer = await send(`${gateway?.url}/metrics`, {});
  const { text } = await answer.whole();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

const DATABASES = [
  ['SQLite', async () => await Promise.resolve(undefined)],
  ...(server === undefined ? [] : [['PostgreSQL', async () => await server.createDatabase()] as const]),
] as const;

describe.each(DATABASES)('on %s', (_, create) => {
  let database: string | undefined;
  beforeEach(async () => {
    database = await create();
  });

  test('every request that names a model is a row, plain, streamed or failed; others are none', async () => {
    const { url, stop } = await start({ database });
    upstream.script(chatAnswer('hello'));
    expect(await ask('plain')).toBe(200);
    upstream.script(sse(chatEvents(['a', 'b'])));
    expect(await ask('streamed', { stream: true })).toBe(200);
    upstream.script(status(500));
    expect(await ask('failed')).toBe(500);
    expect(await ask('unknown', { model: 'nobody' })).toBe(404);
    await (await send(`${url}/v1/models`, { headers: { 'x-trace-id': 'list' } })).whole();
    await (await send(`${url}/health`, { headers: { 'x-trace-id': 'probe' } })).whole();
    await stop();
    const found = new Map((await rows(database)).map((row) => [row.traceId, row]));
    expect([...found.keys()].toSorted()).toEqual(['failed', 'plain', 'streamed', 'unknown']);
    expect(found.get('plain')).toMatchObject({ node: 'here', alias: 'm', backend: 'a', model: 'real', status: 200 });
    expect(found.get('streamed')).toMatchObject({ stream: true, status: 200 });
    expect(found.get('failed')?.tries).toMatchObject([{ backend: 'a', status: 500, failure: 'server_error' }]);
    expect(found.get('unknown')).toMatchObject({ status: 404, errorCode: 'model_not_found', tries: [] });
  });

  test('a process that is killed has lost at most its last rows, and counts none twice', async () => {
    upstream.script(chatAnswer('hello'));
    const asked: string[][] = [];
    for (let life = 0; life < 3; life++) {
      const { signal, exited, dir } = await start({ database });
      const traces: string[] = [];
      const until = 5 + life * 40;
      const killing = eventually(() => traces.length > until).then(() => signal('SIGKILL'));
      for (;;) {
        const trace = `${life}-${traces.length}`;
        const code = await ask(trace).catch(() => undefined);
        if (code === undefined) break;
        traces.push(trace);
      }
      await killing;
      expect(await exited).toBe('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
      asked.push(traces);
    }
    const { stop } = await start({ database });
    await stop();
    const there = (await rows(database)).map(({ traceId }) => traceId);
    expect(new Set(there).size).toBe(there.length);
    for (const traces of asked) {
      const kept = traces.filter((trace) => there.includes(trace));
      // Rows are written in the order in which requests end.
      expect(kept).toEqual(traces.slice(0, kept.length));
    }
    expect(readdirSync(join(dataDir, 'journal')).toSorted()).toEqual(['lock', 'position']);
  });
});

test.skipIf(server === undefined)(
  'a database that goes under load and comes back fails no request and misses no row',
  async () => {
    upstream.script(chatAnswer('hello'));
    const database = (await server?.createDatabase()) ?? '';
    const { stderr, stop } = await start({ database });
    const traces = Array.from({ length: 240 }, (_, n) => `row-${n}`);
    const waiting = [...traces];
    const load = async (until: number): Promise<void> => {
      for (let trace = waiting.shift(); trace !== undefined; trace = waiting.shift()) {
        expect(await ask(trace)).toBe(200);
        if (waiting.length <= until) return;
      }
    };
    await Promise.all([load(160), load(160), load(160), load(160)]);
    await server?.kill();
    await Promise.all([load(80), load(80), load(80), load(80)]);
    await eventually(async () => (await metric('llm_proxy_ledger_store_up')) === 0);
    await server?.start();
    await Promise.all([load(0), load(0), load(0), load(0)]);
    await eventually(async () => (await metric('llm_proxy_ledger_journal_rows')) === 0, { timeoutMs: 60_000 });
    expect(await metric('llm_proxy_ledger_rows_shipped_total')).toBeLessThanOrEqual(240);
    expect(stderr().match(/the store takes no rows of the ledger/g)).toHaveLength(1);
    expect(stderr()).toContain('the store takes rows of the ledger again');
    await stop();
    expect((await rows(database)).map(({ traceId }) => traceId).toSorted()).toEqual(traces.toSorted());
  },
);

test('without its database it serves, says so, and the rows are there when the database is', async () => {
  upstream.script(chatAnswer('hello'));
  const database = `postgres://nobody:secret-of-the-database@127.0.0.1:${await findFreePort()}/none`;
  const away = await start({ database });
  for (let n = 0; n < 20; n++) expect(await ask(`away-${n}`)).toBe(200);
  await eventually(async () => (await metric('llm_proxy_ledger_store_up')) === 0);
  expect(await metric('llm_proxy_ledger_journal_rows')).toBe(20);
  const ready = await send(`${away.url}/readyz`, {});
  expect([ready.status, (await ready.whole()).text]).toEqual([200, expect.stringContaining('database_away')]);
  expect(away.stderr()).toContain('the store takes no rows of the ledger');
  expect(away.stderr()).not.toContain('secret-of-the-database');
  await away.stop();
  await (await start()).stop();
  const traces = (await rows()).map(({ traceId }) => traceId);
  expect(traces.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `away-${n}`).toSorted());
});

test('refuses new requests where no row may be lost, and only while there is no room', async () => {
  upstream.script(chatAnswer('hello'));
  const database = `postgres://nobody@127.0.0.1:${await findFreePort()}/none`;
  const ledger = { max_journal_mb: 0.02, on_full: 'refuse' };
  const { url, writeConfig, signal } = await start({ database, ledger });
  let code = 200;
  for (let n = 0; n < 1000 && code === 200; n++) code = await ask(`n-${n}`);
  expect(code).toBe(503);
  const answer = await send(`${url}/v1/chat/completions`, { body: { model: 'm', messages: [] } });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(await answer.json()).toMatchObject({ error: { code: 'ledger_full' } });
  expect(await metric('llm_proxy_ledger_rows_dropped_total')).toBe(0);
  await eventually(async () => (await metric('llm_proxy_ledger_waiting_rows')) === 0);
  const bytes = await metric('llm_proxy_ledger_journal_bytes');
  for (let n = 0; n < 20; n++) expect(await ask('refused')).toBe(503);
  expect(await metric('llm_proxy_ledger_journal_bytes')).toBe(bytes);
  writeConfig({
    data_dir: dataDir,
    database,
    backends: [{ name: 'a', url: upstream.url }],
    models: { m: { routes: [{ backend: 'a', model: 'real' }] } },
    ledger: { ...ledger, max_journal_mb: 1 },
  });
  signal('SIGHUP');
  await eventually(async () => (await ask('again')) === 200);
});

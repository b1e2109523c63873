// Exports of very many requests: made while they are sent, in bounded memory, safe in a spreadsheet.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import type { LedgerRow } from '../../src/core/ledger-row.ts';
import { open, requestBytes } from '../kit/client.ts';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { ADMIN, startStage, type Stage } from './stage.ts';

const postgres = await startPostgres();
const ROWS = 100_000;
const FORMULA = '=HYPERLINK("http://evil.example","x")';
const MIB = 1024 * 1024;

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});
afterAll(async () => {
  await upstream.stop();
  await postgres?.stop();
});

const stores = [['SQLite', undefined] as const, ...(postgres === undefined ? [] : [['PostgreSQL', postgres] as const])];

describe.each(stores)('on %s', (_name, server) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(upstream, server);
    const { key } = (await stage.admin('POST', '/admin/keys', { body: { name: 'ci', models: ['*'] } })).body;
    expect(await stage.chat(key, 'mine', 'the-one')).toBe('ok');
    const store = await stage.store();
    try {
      const one = await eventually(async () => (await store.ledger.search({ traceId: 'the-one', limit: 1 })).rows[0]);
      for (let from = 0; from < ROWS; from += 5000) await store.ledger.append(copies(one, from, 5000));
    } finally {
      await store.close();
    }
  });
  afterAll(() => stage.stop());

  test.each(['csv', 'jsonl'])('%s: all rows, in bounded memory', async (format) => {
    const before = residentBytes(stage.gateway.pid);
    let peak = before;
    const connection = await open(stage.gateway.url);
    const headers = { authorization: `Bearer ${ADMIN}`, connection: 'close' };
    await connection.write(
      requestBytes(`${stage.gateway.url}/admin/requests/export?format=${format}&caller=bulk`, { headers }),
    );
    const answer = await connection.answer();
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="requests.${format}"`);
    let lines = 0;
    for (let piece = await answer.next(), at = 0; piece !== undefined; piece = await answer.next(), at++) {
      lines += piece.split('\n').length - 1;
      if (at % 200 === 0) peak = Math.max(peak, residentBytes(stage.gateway.pid));
    }
    expect(lines).toBe(ROWS + (format === 'csv' ? 1 : 0));
    // All rows at once take several times as much.
    expect((peak - before) / MIB).toBeLessThan(220);
    const { text } = answer;
    expect(text.length).toBeGreaterThan(ROWS * 300);
    if (format === 'csv') expect(text).not.toMatch(/(?:^|,)"?[=+@]/m);
    else expect(JSON.parse(text.slice(0, text.indexOf('\n')))).toMatchObject({ caller: 'bulk', user_agent: FORMULA });
  });

  test('a client that leaves ends it, and others are served meanwhile', async () => {
    const connection = await open(stage.gateway.url);
    const headers = { authorization: `Bearer ${ADMIN}` };
    await connection.write(requestBytes(`${stage.gateway.url}/admin/requests/export`, { headers }));
    const answer = await connection.answer();
    await answer.next();
    connection.pause();
    expect((await stage.admin('GET', '/admin/usage?group_by=caller')).body.total.requests).toBe(ROWS + 1);
    connection.leave();
    expect((await stage.admin('GET', '/admin/requests?limit=1000')).body.data.length).toBe(1000);
  });

  test('2,500 requests come in pages, each once', async () => {
    const seen = new Set<string>();
    let cursor = '';
    for (let page = 0; page < 5; page++) {
      const { data, next } = (await stage.admin('GET', `/admin/requests?caller=bulk&limit=500${cursor}`)).body;
      for (const { id } of data as { id: string }[]) seen.add(id);
      cursor = `&cursor=${next}`;
    }
    expect(seen.size).toBe(2500);
  });
});

/** Rows like one, each with an id and a time of its own. */
function copies(one: LedgerRow, from: number, count: number): LedgerRow[] {
  return Array.from({ length: count }, (_, at) => ({
    ...one,
    id: Bun.randomUUIDv7('hex', one.startedAt + Math.floor((from + at) / 1000)),
    traceId: `bulk-${from + at}`,
    caller: 'bulk',
    userAgent: FORMULA,
    charges: [],
  }));
}

function residentBytes(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

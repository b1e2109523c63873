// `llm-proxy ledger` over a database of its own.
import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../test/kit/run-command.ts';
import { packed } from '../records/bodies/packed.ts';
import { rowOf } from '../records/ledger/row-of.ts';
import { tempDir } from '../records/ledger/ledger.fixture.ts';
import { attempt, record } from '../records/record.fixture.ts';
import { openStore } from '../storage/open-store.ts';
import { UsageError } from './command.ts';
import { rowText } from './ledger/row-text.ts';
import { ledger } from './ledger.ts';

const folder = tempDir();
const file = join(folder.dir, 'llm-proxy.db');
const config = join(folder.dir, 'config.yaml');
const at = Date.UTC(2026, 10, 22, 12);

const ROWS = ['=1+1', 'bob', 'eve'].map((caller, index) => {
  const cost = { nanoUsd: 1_234_000, source: 'table' as const, rates: {} };
  const of = record({ caller, startedAt: at + index, traceId: `t-${index}`, tries: [attempt({ cost })] });
  return rowOf(of, { id: `019ad2f0-0000-7000-8000-00000000000${index}`, node: 'n', mask: (text) => text });
});

const BODIES = {
  id: '019ad2f0-0000-7000-8000-000000000001',
  traceId: 't-1',
  startedAt: Number.parseInt('019ad2f00000', 16),
  dialect: 'openai-chat',
  request: {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { accept: '*/*' },
    body: 'asked',
    bytes: 5,
    cut: false,
  },
  answer: { status: 200, headers: {}, body: 'got\u001b[2J', bytes: 7, cut: false },
  attempts: [
    {
      backend: 'a',
      model: 'x',
      dialect: 'openai-chat',
      failure: undefined,
      request: { method: 'POST', path: '/chat/completions', headers: {}, body: 'sent', bytes: 9999, cut: true },
      answer: undefined,
    },
  ],
};

beforeAll(async () => {
  writeFileSync(config, `data_dir: ${folder.dir}\nlisten: 127.0.0.1:1\n`);
  const store = await openStore({ kind: 'sqlite', file });
  await store.ledger.append(ROWS);
  await store.bodies.append([await packed(BODIES.id, BODIES)]);
  await store.close();
});
afterAll(() => folder[Symbol.dispose]());

describe('ledger verify', () => {
  test('prints the sums, and says that they agree', async () => {
    const { code, out, err } = await runCommand(ledger, ['verify', '-c', config]);
    expect([code, err]).toEqual([0, []]);
    expect(out[1]?.split(/ {2,}/)).toEqual(['total', '3', '0', '0', '0.003702']);
    expect(out.find((line) => line.startsWith('by caller'))?.split(/ {2,}/)).toEqual([
      'by caller',
      '3',
      '3',
      '0',
      '0',
      '0.003702',
    ]);
    expect(out.at(-1)).toBe('everything agrees');
  });

  test('names what does not, and fails', async () => {
    const database = new Database(file);
    database.run('UPDATE hour_rollups SET nano_usd = nano_usd + 1');
    const { code, out, err } = await runCommand(ledger, ['verify', '-c', config]);
    database.run('UPDATE hour_rollups SET nano_usd = nano_usd - 1');
    database.close();
    expect(code).toBe(1);
    expect(err.join('\n')).toContain('nanoUsd');
    expect(out.at(-1)).toContain('do not agree');
  });
});

describe('ledger export', () => {
  test('prints every row as JSON Lines, or those between two times', async () => {
    const all = await runCommand(ledger, ['export', '-c', config]);
    expect(all.out.map((line) => (JSON.parse(line) as { trace_id: string }).trace_id).toSorted()).toEqual([
      't-0',
      't-1',
      't-2',
    ]);
    const from = new Date(at + 1).toISOString();
    const some = await runCommand(ledger, [
      'export',
      '-c',
      config,
      '--from',
      from,
      '--until',
      new Date(at + 2).toISOString(),
    ]);
    expect(some.out.map((line) => JSON.parse(line))).toMatchObject([{ trace_id: 't-1', cost_usd: '0.001234' }]);
  });

  test('prints CSV in which no text is a formula', async () => {
    const { code, out } = await runCommand(ledger, ['export', '-c', config, '--format', 'csv']);
    expect(code).toBe(0);
    expect(out[0]).toStartWith('id,trace_id,');
    expect(out.find((line) => line.includes('t-0'))).toContain(",'=1+1,");
    expect(out).toHaveLength(4);
  });

  test.each([
    ['--from', 'yesterday'],
    ['--format', 'xml'],
    ['--lines', '5'],
  ])('does not take %s %s', async (flag, value) => {
    expect(runCommand(ledger, ['export', '-c', config, flag, value])).rejects.toBeInstanceOf(UsageError);
  });
});

describe('ledger body', () => {
  test('prints what was sent and answered, and the audit log says that it was read', async () => {
    const { code, out, err } = await runCommand(ledger, ['body', 't-1', '-c', config]);
    expect([code, err]).toEqual([0, []]);
    expect(out.filter((line) => line !== '')).toEqual([
      '── the client sent (5 bytes)',
      'POST /v1/chat/completions',
      'accept: */*',
      'asked',
      '── attempt 1, a/x: sent (9999 bytes, cut)',
      'POST /chat/completions',
      'sent',
      '── attempt 1, a/x: answered nothing',
      '── the client got (7 bytes)',
      '200',
      String.raw`got\u001b[2J`,
    ]);
    const asJson = await runCommand(ledger, ['body', BODIES.id, '--json', '-c', config]);
    expect(JSON.parse(asJson.out.join(''))).toMatchObject({ id: BODIES.id, client: { request: { body: 'asked' } } });
    const store = await openStore({ kind: 'sqlite', file });
    const { data } = await store.audit.page({ limit: 5 });
    await store.close();
    expect(data.map(({ actor, action, target }) => [actor, action, target])).toEqual([
      ['command line', 'bodies.read', BODIES.id],
      ['command line', 'bodies.read', BODIES.id],
    ]);
  });

  test('says why there are none, and needs an id', async () => {
    const none = await runCommand(ledger, ['body', 't-0', '-c', config]);
    expect([none.code, none.err.join()]).toEqual([1, expect.stringContaining('Set `log_bodies`')]);
    const unknown = await runCommand(ledger, ['body', 'nothing', '-c', config]);
    expect([unknown.code, unknown.err.join()]).toEqual([1, 'there is no request nothing in the ledger']);
    expect(runCommand(ledger, ['body', '-c', config])).rejects.toBeInstanceOf(UsageError);
    expect(runCommand(ledger, ['verify', 't-0', '-c', config])).rejects.toBeInstanceOf(UsageError);
  });
});

describe('ledger', () => {
  test('needs an action, and a database', async () => {
    expect(runCommand(ledger, [])).rejects.toThrow('ledger needs an action: verify, export, tail, body');
    const bare = join(folder.dir, 'bare.yaml');
    writeFileSync(bare, 'listen: 127.0.0.1:1\n');
    const { code, err } = await runCommand(ledger, ['verify', '-c', bare]);
    expect([code, err[0]]).toEqual([1, expect.stringContaining('names no database')]);
    expect((await runCommand(ledger, ['tail', '-c', bare])).err).toEqual([expect.stringContaining('no data_dir')]);
  });

  test('shows a request on one line, whatever its names hold', () => {
    const [row] = ROWS;
    if (row === undefined) throw new Error('no row');
    const text = rowText({ ...row, alias: 'a\nb\u202e', errorCode: 'rate_limited', status: 429 });
    expect(text).toMatch(/^\d\d:\d\d:\d\d {2}429 {2,}1\.240s {2}=1\+1 {2}a\\nb\\u202e → openai\/gpt-4-turbo-preview/);
    expect(text).toEndWith('0.001234 USD  rate_limited  t-0');
  });
});

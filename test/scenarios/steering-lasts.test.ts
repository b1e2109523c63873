// What operators do to routes over reloads and restarts, in the audit log, and beside hedging and budgets.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminClient } from '../admin/admin-client.ts';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, slowHeaders } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const ADMIN = 'admin-key-of-tests';
const KEYS = [
  { name: 'drill', key: 'drill-key-of-the-tests', models: ['*'], budgets: [{ usd: 1, per: 'day' }] },
  { name: 'other', key: 'other-key-of-the-tests', models: ['*'] },
];
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-steering-'));

let a: Upstream;
let b: Upstream;
let gateway: Gateway;
let admin: ReturnType<typeof adminClient>;
let traces = 0;

beforeAll(async () => {
  [a, b] = await Promise.all([startUpstream(chatAnswer('a')), startUpstream(chatAnswer('b'))]);
});

afterEach(async () => {
  await gateway.stop();
  a.script(chatAnswer('a'));
});

afterAll(async () => {
  await Promise.all([a.stop(), b.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const configWith = (more: object = {}, models: object = {}): object => ({
  admin: { api_key: ADMIN },
  keys: KEYS,
  backends: [
    { name: 'a', url: a.url },
    { name: 'b', url: b.url },
  ],
  models: {
    m: {
      routes: [
        { backend: 'a', model: 'x' },
        { backend: 'b', model: 'x', priority: 2 },
      ],
      ...models,
    },
  },
  prices: { 'a/x': { input: 1, output: 2 }, 'b/x': { input: 1, output: 2 } },
  fallback: { max_retries: 1, backoff_initial: '1ms', backoff_max: '1ms', cooldown_seconds: 60 },
  ...more,
});

async function start(config: object): Promise<void> {
  gateway = await startGateway({ config });
  admin = adminClient(gateway.url, ADMIN);
}

async function ask(key = 'other'): Promise<Json> {
  const trace = `request-${traces++}`;
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${key}-key-of-the-tests`, 'x-trace-id': trace },
    body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 10 },
  });
  await answer.whole();
  return await eventually(() => gateway.logs().find((line) => line.trace_id === trace));
}

const rehearse = (failure: string, more: object = {}) =>
  admin('POST', '/admin/rehearsals', { body: { backend: 'a', failure, caller: 'drill', seconds: 60, ...more } });

describe('a drain', () => {
  test('outlives a reload, and without a database not a restart', async () => {
    const config = configWith();
    await start(config);
    expect((await admin('POST', '/admin/backends/a/drain', { body: {} })).body.kept).toBe(false);
    gateway.writeConfig(configWith({ routing: { balance: 'round_robin' } }));
    await eventually(() => gateway.stderr().includes('config reloaded'));
    expect((await ask()).backend).toBe('b');
    await gateway.stop();
    await start(config);
    expect((await ask()).backend).toBe('a');
  });

  test('outlives a restart with a database, until it is ended, and the audit log has who did it', async () => {
    const config = configWith({ data_dir: dir });
    await start(config);
    expect((await admin('POST', '/admin/backends/a/drain', { body: {} })).body.kept).toBe(true);
    await gateway.stop();
    await start(config);
    expect((await admin('GET', '/admin/status')).body.features.steering.draining).toEqual(['a']);
    expect((await ask()).backend).toBe('b');
    expect((await admin('POST', '/admin/backends/a/undrain')).body).toMatchObject({ changed: true, kept: true });
    await gateway.stop();
    await start(config);
    expect((await ask()).backend).toBe('a');
    const { body } = await admin('GET', '/admin/audit');
    const entries = body.data.map(({ action, target, actor, after }: Json) => [action, target, actor, after.draining]);
    expect(entries).toEqual([
      ['backends.undrain', 'a', 'admin', false],
      ['backends.drain', 'a', 'admin', true],
    ]);
  });

  test('of a backend that the config does not have any more can still be ended', async () => {
    await start(configWith());
    await admin('POST', '/admin/backends/a/drain', { body: {} });
    const without = configWith({
      prices: {},
      backends: [{ name: 'b', url: b.url }],
      models: { m: { routes: [{ backend: 'b', model: 'x' }] } },
    });
    gateway.writeConfig(without);
    await eventually(() => gateway.stderr().includes('config reloaded'));
    expect((await admin('POST', '/admin/backends/a/undrain')).body.changed).toBe(true);
    expect((await admin('POST', '/admin/backends/a/undrain')).status).toBe(404);
  });
});

test('with the database away a drain counts all the same, and is said not to be kept', async () => {
  await start(configWith({ database: `postgres://nobody@127.0.0.1:${await findFreePort()}/none` }));
  expect(gateway.stderr()).toContain('which backends are drained cannot be read');
  const { body } = await admin('POST', '/admin/backends/a/drain', { body: {} });
  expect([body.changed, body.kept]).toEqual([true, false]);
  expect((await admin('GET', '/admin/status')).body.features.steering.draining).toEqual(['a']);
});

test('rehearsals and ended cooldowns are in the audit log; explanations and refused calls are not', async () => {
  await start(configWith({ data_dir: join(dir, 'audit') }));
  const { body: begun } = await rehearse('status_500', { share: 0.5 });
  await admin('DELETE', `/admin/rehearsals/${begun.id}`);
  b.script(chatAnswer('b'));
  a.script({ send: async (wire) => wire.cut({}) });
  await ask();
  await admin('POST', '/admin/cooldowns/end', { body: { backend: 'a' } });
  // Nothing cools down any more.
  await admin('POST', '/admin/cooldowns/end', { body: { backend: 'a' } });
  await admin('POST', '/admin/explain', { body: { model: 'm' } });
  await admin('POST', '/admin/backends/nobody/drain', { body: {} });
  const { body } = await admin('GET', '/admin/audit');
  expect(body.data.map(({ action, target }: Json) => [action, target])).toEqual([
    ['cooldowns.end', 'a'],
    ['rehearsals.end', 'a'],
    ['rehearsals.begin', 'a'],
  ]);
  expect(body.data[2].after).toMatchObject({ failure: 'status_500', caller: 'drill', share: 0.5 });
});

describe('a rehearsal', () => {
  test('of a timeout lasts as long as the gateway waits, and the next route serves', async () => {
    await start(configWith({ timeout: { first_byte_timeout: '150ms', total_timeout: '20s' } }));
    await rehearse('timeout');
    const before = a.requests.length;
    const line = await ask('drill');
    expect(line).toMatchObject({ backend: 'b', status: 200, rehearsed: true });
    expect(line.tries[0]).toMatchObject({ backend: 'a', failure: 'first_byte_timeout', detail: 'rehearsed' });
    expect(line.tries[0].ms).toBeGreaterThanOrEqual(149);
    expect((await ask()).backend).toBe('a');
    expect(a.requests.length).toBe(before + 1);
  });

  test('of a slow backend is hedged, and takes no hedge from others', async () => {
    await start(configWith({}, { hedge: { after: '30ms', at_most: '50%' } }));
    // Two requests earn one hedge.
    for (let at = 0; at < 2; at++) await ask();
    await rehearse('timeout');
    for (let at = 0; at < 3; at++) {
      const line = await ask('drill');
      expect([line.status, line.backend]).toEqual([200, 'b']);
      expect(line.tries.map(({ backend }: Json) => backend).toSorted()).toEqual(['a', 'b']);
    }
    // The one that was earned is still there: the third request earns half, and is hedged.
    a.script(slowHeaders(2_000, chatAnswer('a')));
    expect((await ask()).backend).toBe('b');
  });

  test('charges a budget for what was used, and for nothing that was acted', async () => {
    await start(configWith());
    const budget = async (): Promise<number> => {
      const { body } = await admin('POST', '/admin/explain', { body: { model: 'm', caller: 'drill' } });
      return Number(body.limits.find(({ kind }: Json) => kind === 'budget').left);
    };
    for (const failure of ['status_500', 'rate_limited', 'connection_refused', 'cut']) {
      await rehearse(failure);
      const before = await budget();
      const line = await ask('drill');
      expect(line).toMatchObject({ backend: 'b', rehearsed: true });
      expect(line.tries[0].cost_usd ?? 0).toBe(0);
      const usage = (line.prompt_tokens + 2 * line.completion_tokens) / 1e6;
      expect(usage).toBeGreaterThan(0);
      expect(
        before - (await eventually(async () => ((await budget()) < before ? await budget() : undefined))),
      ).toBeCloseTo(usage, 12);
    }
  });

  test('that leaves no route charges nothing at all', async () => {
    await start(configWith());
    await rehearse('status_500');
    await rehearse('status_500', { backend: 'b' });
    const line = await ask('drill');
    expect([line.status >= 500, line.rehearsed]).toEqual([true, true]);
    const { body } = await admin('POST', '/admin/explain', { body: { model: 'm', caller: 'drill' } });
    expect(body.rehearsed).toBe(true);
    expect(body.limits.find(({ kind }: Json) => kind === 'budget')).toMatchObject({ left: '1', used: 0 });
    expect((await ask()).backend).toBe('a');
  });
});

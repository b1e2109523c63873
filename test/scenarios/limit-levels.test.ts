// How near its limits a request stands, as explanations say: each kind, and that what refuses there refuses here.
import { afterEach, beforeAll, afterAll, expect, test } from 'bun:test';
import { adminClient } from '../admin/admin-client.ts';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, hold } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const ADMIN = 'admin-key-of-tests';
let upstream: Upstream;
let gateway: Gateway;
let admin: ReturnType<typeof adminClient>;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});

afterEach(async () => {
  await gateway.stop();
  upstream.script(chatAnswer('ok'));
});

afterAll(async () => {
  await upstream.stop();
});

async function start(key: object, more: object = {}): Promise<void> {
  gateway = await startGateway({
    config: {
      admin: { api_key: ADMIN },
      teams: [{ name: 'crew', max_concurrency: 5, rpm: 100 }],
      keys: [{ name: 'ci', key: 'ci-key-of-the-tests', models: ['*'], team: 'crew', ...key }],
      backends: [{ name: 'one', url: upstream.url }],
      models: { m: { routes: [{ backend: 'one', model: 'x' }] } },
      prices: { 'one/x': { input: 1000, output: 1000 } },
      ...more,
    },
  });
  admin = adminClient(gateway.url, ADMIN);
}

const BODY = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 10 };

async function explained(): Promise<Json> {
  const { body } = await admin('POST', '/admin/explain', {
    body: { model: 'm', caller: 'crew/ci', request: BODY },
  });
  return body;
}

async function level(kind: string, key?: string): Promise<Json> {
  const { limits } = await explained();
  const found = limits.filter((each: Json) => each.kind === kind && (key === undefined || each.key === key));
  expect([kind, key, found.length]).toEqual([kind, key, 1]);
  return found[0];
}

const ask = () =>
  send(`${gateway.url}/v1/chat/completions`, {
    headers: { authorization: 'Bearer ci-key-of-the-tests' },
    body: { model: 'm', ...BODY },
  });
const askWhole = async (): Promise<number> => {
  const answer = await ask();
  await answer.whole();
  return answer.status;
};

test('requests per minute of the key and of its team', async () => {
  await start({ rpm: 2 });
  expect(await level('requests', 'keys.ci.rpm')).toMatchObject({ most: '2', left: '2', refuses: false, per: 'minute' });
  expect([await askWhole(), await askWhole()]).toEqual([200, 200]);
  const spent = await level('requests', 'keys.ci.rpm');
  expect(spent).toMatchObject({ left: '0', needed: '1', refuses: true, used: 1 });
  expect(Date.parse(spent.resets_at)).toBeGreaterThan(Date.now() - 60_000);
  expect(await level('requests', 'teams.crew.rpm')).toMatchObject({ refuses: false });
  expect(await explained()).toMatchObject({ allowed: false, refusal: null });
  expect(await askWhole()).toBe(429);
});

test('tokens per minute', async () => {
  await start({ tpm: 100 });
  const fresh = await level('tokens');
  expect(fresh).toMatchObject({ most: '100', left: '100', unit: 'tokens', refuses: false });
  expect(Number(fresh.needed)).toBeGreaterThan(10);
  let served = 0;
  while (served < 100 && !(await level('tokens')).refuses) {
    expect(await askWhole()).toBe(200);
    served++;
  }
  expect(served).toBeGreaterThan(0);
  const spent = await level('tokens');
  expect(Number(spent.left)).toBeLessThan(Number(spent.needed));
  expect([(await explained()).allowed, await askWhole()]).toEqual([false, 429]);
});

test('budgets', async () => {
  await start({ budgets: [{ usd: '0.05', per: 'month' }] });
  const fresh = await level('budget');
  expect(fresh).toMatchObject({ most: '0.05', left: '0.05', unit: 'usd', per: 'month', refuses: false });
  expect(Number(fresh.needed)).toBeGreaterThan(0.01);
  let served = 0;
  while (served < 100 && !(await level('budget')).refuses) {
    expect(await askWhole()).toBe(200);
    served++;
  }
  expect(served).toBeGreaterThan(0);
  const { left, needed, used } = await level('budget');
  expect([Number(left) < Number(needed), used > 0]).toEqual([true, true]);
  const status = await askWhole();
  expect([(await explained()).allowed, status >= 400]).toEqual([false, true]);
});

test('a budget of USD refuses a model that nobody knows the price of, in the same words', async () => {
  await start({ budgets: [{ usd: 1, per: 'month' }] }, { prices: {} });
  expect(await level('budget')).toMatchObject({ needed: null, refuses: true });
  const { allowed, refusal } = await explained();
  const answer = await ask();
  const { error } = JSON.parse((await answer.whole()).text);
  expect([allowed, refusal]).toEqual([false, { code: error.code, status: answer.status, message: error.message }]);
  expect(error.code).toBe('unpriced_model');
});

test('requests at once of the key, of its team, and of the gateway with its queue', async () => {
  await start({ max_concurrency: 2 }, { concurrency: { enabled: true, max_requests: 1, max_queue_size: 1 } });
  expect(await level('concurrency', 'concurrency.max_requests')).toMatchObject({ most: '1', left: '1', used: 0 });
  expect(await level('queue')).toMatchObject({ most: '1', left: '1', needed: '0', refuses: false });
  const gate = hold(chatAnswer('ok'));
  upstream.script(gate);
  const first = ask();
  await gate.reached;
  expect(await level('concurrency', 'concurrency.max_requests')).toMatchObject({ left: '0', used: 1, refuses: false });
  expect(await level('queue')).toMatchObject({ left: '1', needed: '1', refuses: false });
  expect(await level('concurrency', 'max_concurrency')).toMatchObject({ most: '2', left: '1', refuses: false });
  expect(await level('concurrency', 'teams.crew.max_concurrency')).toMatchObject({ most: '5', left: '4' });
  const second = ask();
  await eventually(async () => (await level('queue')).refuses === true);
  expect(await level('queue')).toMatchObject({ left: '0', needed: '1', used: 1 });
  expect(await level('concurrency', 'max_concurrency')).toMatchObject({ left: '0', refuses: true });
  expect((await explained()).allowed).toBe(false);
  gate.release();
  for (const each of [first, second])
    expect([(await each).status, (await (await each).whole()).text !== '']).toEqual([200, true]);
  expect(await eventually(async () => ((await level('queue')).left === '1' ? 'free' : undefined))).toBe('free');
});

test('a queue that drops its oldest refuses nobody who comes', async () => {
  await start({}, { concurrency: { enabled: true, max_requests: 1, max_queue_size: 1, overflow: 'drop_oldest' } });
  const gate = hold(chatAnswer('ok'));
  upstream.script(gate);
  const first = ask();
  await gate.reached;
  const second = ask();
  await eventually(async () => (await level('queue')).left === '0');
  expect(await level('queue')).toMatchObject({ refuses: false });
  const third = ask();
  expect((await second).status).toBe(503);
  gate.release();
  for (const each of [first, second, third]) await (await each).whole();
});

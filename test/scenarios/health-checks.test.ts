import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, chatEvents, hold, json, manual, stall, stallAfter, status, streamOf } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const MESSAGES = [{ role: 'user', content: 'Hello' }];
const ALIVE = json(200, { object: 'list', data: [] });
const FAILING = status(500);

let checked: Upstream;
let spare: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  [checked, spare] = await Promise.all([startUpstream(ALIVE), startUpstream(ALIVE)]);
});

afterEach(async () => {
  try {
    await eventually(async () => {
      const { requests, backends } = await operatorsView();
      return requests.running === 0 && requests.waiting === 0 && backends.every((one: Json) => one.in_flight === 0);
    });
  } finally {
    await gateway.stop();
  }
  await settled(checked, spare);
});

afterAll(async () => {
  await Promise.all([checked.stop(), spare.stop()]);
});

/** `pair` uses both backends, `one` and `other` the checked one, `lonely` that one and by L2 `rescue`, the spare one. */
function configOf(check: object = {}, more: Record<string, unknown> = {}, backend: object = {}): object {
  const routes = [
    { backend: 'checked', model: 'm', priority: 1 },
    { backend: 'spare', model: 'm', priority: 2 },
  ];
  return {
    proxy_api_key: KEY,
    backends: [
      { name: 'checked', url: checked.url, ...backend },
      { name: 'spare', url: spare.url },
    ],
    models: {
      pair: { routes },
      one: { routes: routes.slice(0, 1) },
      other: { routes: [{ backend: 'checked', model: 'm2' }] },
      lonely: { routes: routes.slice(0, 1) },
      rescue: { routes: routes.slice(1) },
    },
    fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { lonely: ['rescue'] } },
    health_check: { enabled: true, interval: '30ms', timeout: '5s', unhealthy_after: 1, ...check },
    ...more,
  };
}

async function start(...config: Parameters<typeof configOf>): Promise<void> {
  gateway = await startGateway({ config: configOf(...config) });
}

/** Puts this config into force; when it returns, it is. */
async function reload(...config: Parameters<typeof configOf>): Promise<void> {
  gateway.writeConfig(configOf(...config));
  const answer = await send(`${gateway.url}/admin/reload`, { method: 'POST', headers: AUTHORIZED });
  expect(answer.status).toBe(200);
}

/** What backends do when they are asked whether they live, and when they are asked for a chat. */
function scripts(replies: { check?: Reply; spareCheck?: Reply; chat?: Reply }): void {
  const { check = ALIVE, spareCheck = ALIVE, chat = chatAnswer('checked') } = replies;
  checked.script((request) => (isCheck(request) ? check : chat));
  spare.script((request) => (isCheck(request) ? spareCheck : chatAnswer('spare')));
}

const isCheck = ({ method }: SeenRequest): boolean => method === 'GET';
const checksOf = (upstream: Upstream): number => upstream.requests.filter(isCheck).length;
const chatsOf = (upstream: Upstream): number => upstream.requests.length - checksOf(upstream);

/** Waits for so many more checks. */
async function checks(count: number, upstream = checked): Promise<void> {
  const before = checksOf(upstream);
  await eventually(() => checksOf(upstream) >= before + count);
}

async function operatorsView(): Promise<Json> {
  return await (await send(`${gateway.url}/admin/backends`, { headers: AUTHORIZED })).json();
}

async function stateOf(name: string): Promise<Json> {
  return (await operatorsView()).backends.find((one: Json) => one.name === name);
}

async function becomes(state: 'up' | 'dead', name = 'checked'): Promise<void> {
  await eventually(async () => (await stateOf(name)).state === state);
}

async function ask(model: string, more: object = {}) {
  const body = { model, messages: MESSAGES, ...more };
  return await send(`${gateway.url}/v1/chat/completions`, { headers: AUTHORIZED, body });
}

async function text(model: string): Promise<string> {
  return (await (await ask(model)).json()).choices[0].message.content;
}

async function ready(): Promise<number> {
  return (await send(`${gateway.url}/readyz`)).status;
}

function told(what: string): string[] {
  return gateway
    .stderr()
    .split('\n')
    .filter((line) => line.includes(what));
}

/** The lines with this, when there are so many; the gateway writes them a moment after what they tell. */
async function says(what: string, count = 1): Promise<string[]> {
  await eventually(() => told(what).length >= count);
  expect(told(what)).toHaveLength(count);
  return told(what);
}

async function metric(name: string): Promise<string | undefined> {
  const { text } = await (await send(`${gateway.url}/metrics`, { headers: AUTHORIZED })).whole();
  return text.split('\n').find((line) => line.startsWith(`${name} `));
}

describe('a dead backend', () => {
  test('is seen by whoever looks: operators with the key, metrics and /readyz; and so is its return', async () => {
    scripts({ check: FAILING });
    await start();
    await becomes('dead');
    expect((await send(`${gateway.url}/admin/backends`)).status).toBe(401);
    expect((await stateOf('spare')).state).toBe('up');
    expect(await metric('llm_proxy_backend_up{backend="checked"}')).toEndWith(' 0');
    expect(await metric('llm_proxy_backend_up{backend="spare"}')).toEndWith(' 1');
    // One that lives is enough.
    expect(await ready()).toBe(200);
    scripts({ check: FAILING, spareCheck: FAILING });
    await becomes('dead', 'spare');
    expect(await ready()).toBe(503);
    expect((await send(`${gateway.url}/health`)).status).toBe(200);
    scripts({ check: FAILING });
    await becomes('up', 'spare');
    expect(await ready()).toBe(200);
    expect(await metric('llm_proxy_backend_up{backend="spare"}')).toEndWith(' 1');
    const named = (lines: readonly string[]) => lines.map((line) => /backend=(\w+)/.exec(line)?.[1]);
    expect(named(await says('backend is dead', 2))).toEqual(['checked', 'spare']);
    expect(named(await says('backend is alive again'))).toEqual(['spare']);
  });

  test('that is disabled counts for nothing, and is not asked', async () => {
    scripts({ check: FAILING });
    const before = checksOf(spare);
    const backends = [
      { name: 'checked', url: checked.url },
      { name: 'spare', url: spare.url, enabled: false },
    ];
    await start({}, { backends });
    await becomes('dead');
    expect(await ready()).toBe(503);
    expect(checksOf(spare)).toBe(before);
  });

  test('that nothing listens for is said to refuse connections', async () => {
    scripts({});
    const port = await findFreePort();
    await start({ unhealthy_after: 3 }, {}, { url: `http://127.0.0.1:${port}/v1` });
    await becomes('dead');
    await checks(5, spare);
    const lines = await says('backend is dead');
    expect(lines[0]).toContain(`backend=checked  cause="ECONNREFUSED 127.0.0.1:${port}"`);
    expect(lines[0]).toContain('misses=3');
  });

  test('is not asked for chats, in its alias and by L2; the log shows one try', async () => {
    scripts({ check: FAILING });
    await start();
    await becomes('dead');
    const before = chatsOf(checked);
    expect([await text('pair'), await text('lonely')]).toEqual(['spare', 'spare']);
    expect(chatsOf(checked)).toBe(before);
    const lines = await eventually(() => {
      const chats = gateway.logs().filter(({ alias }) => ['pair', 'lonely'].includes(alias));
      return chats.length === 2 ? chats : undefined;
    });
    for (const line of lines) expect(line).toMatchObject({ backend: 'spare', attempts: 1, status: 200 });
  });

  test('stays dead when its traffic fails', async () => {
    scripts({ check: FAILING, chat: FAILING });
    await start();
    await becomes('dead');
    expect((await ask('one')).status).toBe(500);
    expect((await stateOf('checked')).state).toBe('dead');
    expect(told('backend is alive again')).toEqual([]);
  });

  test('is brought back by a stream that begins well, and said to be once', async () => {
    scripts({ check: FAILING, chat: streamOf(['a', 'b']) });
    await start({ interval: '100ms' });
    await becomes('dead');
    const { text: heard } = await (await ask('one', { stream: true })).whole();
    expect(parseSse(heard).done).toBe(true);
    await says('backend is alive again');
    await says('backend is dead', 2);
    await says('backend is alive again');
  });

  test('takes nothing from a stream that is under way', async () => {
    const reply = manual();
    scripts({ chat: reply });
    await start();
    const asked = ask('one', { stream: true });
    await reply.head();
    const events = chatEvents(['a', 'b']);
    for (const event of events.slice(0, 2)) await reply.event(event);
    const answer = await asked;
    await answer.textUntil('"a"');
    scripts({ check: FAILING });
    await becomes('dead');
    for (const event of events.slice(2)) await reply.event(event);
    await reply.event('[DONE]');
    await reply.end();
    expect(parseSse((await answer.whole()).text).done).toBe(true);
  });

  test('where all are dead: one is tried, and serves', async () => {
    scripts({ check: FAILING, spareCheck: FAILING });
    await start({ interval: '100ms' });
    await becomes('dead');
    await becomes('dead', 'spare');
    const before = chatsOf(checked) + chatsOf(spare);
    expect((await ask('pair')).status).toBe(200);
    expect(chatsOf(checked) + chatsOf(spare)).toBe(before + 1);
  });
});

describe('misses and answers', () => {
  test('count in a row: one answer between, and it begins anew', async () => {
    let n = 0;
    checked.script(() => (n++ % 3 === 2 ? ALIVE : FAILING));
    spare.script(ALIVE);
    await start({ unhealthy_after: 3 });
    await checks(15);
    expect((await stateOf('checked')).state).toBe('up');
    expect(told('backend is dead')).toEqual([]);
  });

  test('count in a row on the way back, too', async () => {
    scripts({ check: FAILING });
    await start({ healthy_after: 2 });
    await becomes('dead');
    let n = 0;
    checked.script(() => (n++ % 2 === 0 ? ALIVE : FAILING));
    await checks(10);
    expect((await stateOf('checked')).state).toBe('dead');
    await says('backend is dead');
    checked.script(ALIVE);
    await becomes('up');
  });

  test.each([301, 302, 400, 403, 418])('%i is an answer', async (code) => {
    scripts({ check: status(code, { headers: { location: `${spare.url}/elsewhere` } }) });
    await start();
    await checks(3);
    expect((await stateOf('checked')).state).toBe('up');
    expect(spare.requests.some(({ path }) => path.endsWith('/elsewhere'))).toBe(false);
  });

  test.each([500, 502, 503, 529])('%i is a miss', async (code) => {
    scripts({ check: status(code) });
    await start();
    await becomes('dead');
    expect((await says('backend is dead'))[0]).toContain(`cause="status ${code}"`);
  });

  test('an answer is its headers: a body that never ends is neither waited for nor kept', async () => {
    scripts({ check: stallAfter('{"object":"list","data":[') });
    await start({ timeout: '1h' });
    await checks(6);
    expect((await stateOf('checked')).state).toBe('up');
    await eventually(() => checked.inFlight <= 1);
    await eventually(() => checked.openSockets <= 2);
  });

  test('a late answer is a miss, and is given up', async () => {
    scripts({ check: stall() });
    await start({ timeout: '50ms' });
    await becomes('dead');
    expect((await says('backend is dead'))[0]).toContain('cause="no answer within 50ms"');
    await eventually(() => checked.requests.some((one) => isCheck(one) && one.outcome === 'aborted'));
    scripts({});
    await becomes('up');
  });
});

describe('a check', () => {
  test('goes to the path behind the url, with the backend’s key and headers, and not with the gateway’s key', async () => {
    scripts({});
    await start({ path: '/status?deep=1' }, {}, { api_key: 'sk-own-0123456789', headers: { 'x-team': 'blue' } });
    const seen = await eventually(() => checked.requests.find(({ path }) => path === '/v1/status?deep=1'));
    expect(seen.headers).toMatchObject({ authorization: 'Bearer sk-own-0123456789', 'x-team': 'blue' });
    const keyless = await eventually(() => spare.requests.find(({ path }) => path === '/v1/status?deep=1'));
    expect(keyless.headers['authorization']).toBeUndefined();
    expect(JSON.stringify([seen.rawHeaders, keyless.rawHeaders])).not.toContain(KEY);
  });

  test('takes no slot, and is no request: neither in the log nor in the counters', async () => {
    const gate = hold(ALIVE);
    scripts({ check: gate });
    await start({}, { concurrency: { enabled: true, max_requests: 1 } }, { max_concurrency: 1 });
    await gate.reached;
    expect(await stateOf('checked')).toMatchObject({ in_flight: 0, limit: 1 });
    expect(await text('one')).toBe('checked');
    gate.release();
    await checks(3);
    const line = await eventually(() => gateway.logs().find(({ alias }) => alias === 'one'));
    expect(line.queue_ms).toBe(0);
    expect(gateway.logs().filter(({ path }) => path.includes('models'))).toEqual([]);
    const attempts = await metric('llm_proxy_attempts_total{backend="checked",model="m",outcome="ok"}');
    expect(attempts ?? ' 1').toEndWith(' 1');
  });

  test('comes no oftener than the interval, one at a time', async () => {
    scripts({ check: FAILING });
    const from = performance.now();
    const before = checksOf(checked);
    await start({ interval: '100ms' });
    await checks(8);
    const count = checksOf(checked) - before;
    expect(count).toBeLessThanOrEqual((performance.now() - from) / 100 + 1);
    const gate = hold(FAILING);
    scripts({ check: gate });
    await gate.reached;
    const held = checksOf(checked);
    await checks(5, spare);
    expect(checksOf(checked)).toBe(held);
    gate.release();
  });

  test('comes to a backend that cools down although it has traffic, and ends no cooldown', async () => {
    checked.script((request) =>
      isCheck(request) ? ALIVE : request.json.model === 'm' ? status(503) : chatAnswer('checked'),
    );
    spare.script((request) => (isCheck(request) ? ALIVE : chatAnswer('spare')));
    await start({ interval: '1s' }, { fallback: { cooldown_seconds: 1000, max_retries: 0 } });
    expect(await text('pair')).toBe('spare');
    const before = checksOf(checked);
    await eventually(async () => {
      expect(await text('other')).toBe('checked');
      return checksOf(checked) >= before + 2;
    });
    const models: Json[] = (await stateOf('checked')).models;
    expect(models.map(({ model, state }) => [model, state])).toEqual([
      ['m', 'cooling'],
      ['m2', 'up'],
    ]);
    expect(await text('pair')).toBe('spare');
  });

  test('finds the embedded demo backend alive', async () => {
    scripts({ check: FAILING });
    await start();
    await reload(
      {},
      {
        backends: [
          { name: 'checked', url: checked.url },
          { name: 'spare', url: 'demo:' },
        ],
      },
    );
    await becomes('dead');
    await checks(5);
    expect((await stateOf('spare')).state).toBe('up');
  });

  test('that hangs does not hold up the end', async () => {
    scripts({ check: stall() });
    await start({ timeout: '1h' }, { server: { shutdown_timeout: '1h' } });
    await eventually(() => checked.inFlight > 0);
    const view = await operatorsView();
    expect(view.requests).toEqual({ running: 0, waiting: 0 });
    expect(await gateway.stop()).toBe(0);
    await settled(checked);
    await start();
  });
});

describe('a reload', () => {
  test('leaves dead what is dead', async () => {
    scripts({ check: FAILING });
    await start();
    await becomes('dead');
    await reload({ interval: '1h' });
    expect((await stateOf('checked')).state).toBe('dead');
    expect(await text('pair')).toBe('spare');
    await says('backend is dead');
  });

  test('that switches checks off leaves nobody out', async () => {
    scripts({ check: FAILING, spareCheck: FAILING });
    await start();
    await becomes('dead');
    await becomes('dead', 'spare');
    expect(await ready()).toBe(503);
    await reload({ enabled: false });
    expect((await stateOf('checked')).state).toBe('up');
    expect(await ready()).toBe(200);
    expect(await text('pair')).toBe('checked');
    const before = checksOf(checked);
    await reload({ path: '/again' });
    await eventually(() => checked.requests.some(({ path }) => path === '/v1/again'));
    expect(checked.requests.slice(-1)[0]?.path).toBe('/v1/again');
    expect(checksOf(checked)).toBeGreaterThan(before);
  });

  test('that comes while a check is under way leaves one round of checks, not two', async () => {
    const gate = hold(FAILING);
    scripts({ check: gate });
    await start({ unhealthy_after: 1000 });
    await gate.reached;
    for (let i = 0; i < 3; i++) await reload({ unhealthy_after: 1000, interval: '100ms', timeout: `${10 + i}s` });
    gate.release();
    await checks(1);
    const [from, before] = [performance.now(), checksOf(checked)];
    await checks(8);
    expect(checksOf(checked) - before).toBeLessThanOrEqual((performance.now() - from) / 100 + 2);
  });

  test('brings checks to a new backend, and ends those of one that is gone', async () => {
    scripts({});
    const backends = [{ name: 'spare', url: spare.url }];
    const models = { rescue: { routes: [{ backend: 'spare', model: 'm' }] } };
    const fallback = { cooldown_seconds: 0, max_retries: 0 };
    await start({}, { backends, models, fallback });
    const before = checksOf(checked);
    await checks(3, spare);
    expect(checksOf(checked)).toBe(before);
    await reload();
    await checks(3);
    await reload({}, { backends, models, fallback });
    await settled(checked);
    const after = checksOf(checked);
    await checks(5, spare);
    expect(checksOf(checked)).toBe(after);
  });
});

test('with checks off nobody is asked, and nobody is dead', async () => {
  const before = checked.requests.length + spare.requests.length;
  scripts({ check: FAILING, spareCheck: FAILING });
  await start({ enabled: false });
  expect(await text('pair')).toBe('checked');
  expect(await ready()).toBe(200);
  expect(checked.requests.length + spare.requests.length).toBe(before + 1);
});

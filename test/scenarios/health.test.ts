import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, json, stall, status } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'sk-backend-key-000001';

let upstream: Upstream;
let spare: Upstream;
let gateway: Gateway | undefined;

beforeAll(async () => {
  [upstream, spare] = await Promise.all([startUpstream(chatAnswer('1')), startUpstream(chatAnswer('2'))]);
});

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await settled(upstream, spare);
});

afterAll(async () => {
  await Promise.all([upstream.stop(), spare.stop()]);
});

/** `pair` uses the upstream, then the spare one; `one` the upstream alone. */
async function start(check: object = {}, more: object = {}): Promise<Gateway> {
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'checked', url: upstream.url, api_key: KEY },
        { name: 'spare', url: spare.url },
      ],
      models: {
        pair: {
          routes: [
            { backend: 'checked', model: 'm', priority: 1 },
            { backend: 'spare', model: 'm', priority: 2 },
          ],
        },
        one: { routes: [{ backend: 'checked', model: 'm' }] },
      },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      health_check: { enabled: true, interval: '30ms', timeout: '1s', ...check },
      ...more,
    },
  });
  return gateway;
}

/** Answers health checks with one reply, chats with another. */
function answering(check: Reply, chat: Reply = chatAnswer('1')) {
  return ({ method }: { method: string }): Reply => (method === 'GET' ? check : chat);
}

function checks(): number {
  return upstream.requests.filter(({ method }) => method === 'GET').length;
}

async function stateOf(name: string): Promise<Json> {
  const view = await (await send(`${gateway?.url}/admin/backends`)).json();
  return view.backends.find((one: Json) => one.name === name);
}

async function becomes(state: 'up' | 'dead'): Promise<void> {
  await eventually(async () => (await stateOf('checked')).state === state);
}

async function ask(model: string): Promise<Json> {
  const answer = await send(`${gateway?.url}/v1/chat/completions`, {
    body: { model, messages: [{ role: 'user', content: 'hi' }] },
  });
  return { status: answer.status, ...(await answer.json()) };
}

function lines(what: string): string[] {
  return (gateway?.stderr() ?? '').split('\n').filter((line) => line.includes(what));
}

/** The console is written in batches, so a line may be a moment late. */
function lineOf(what: string): Promise<string> {
  return eventually(() => lines(what)[0]);
}

describe('a backend that misses', () => {
  test.each<[string, Reply, string, string]>([
    ['with a 5xx', status(500), '10s', 'status 500'],
    ['with silence', stall(), '50ms', 'no answer within 50ms'],
  ])('%s is dead after so many misses, left out, and said once', async (_what, reply, timeout, cause) => {
    upstream.script(answering(reply));
    await start({ unhealthy_after: 3, timeout });
    await becomes('dead');
    expect((await ask('pair')).choices[0].message.content).toBe('2');
    const told = await lineOf('backend is dead');
    expect(lines('backend is dead')).toEqual([told]);
    expect(told).toContain(`cause=${cause.includes(' ') ? `"${cause}"` : cause}`);
    expect(told).toContain('misses=3');
    expect((await stateOf('checked')).last_miss).toEqual({ failure: cause, at: expect.stringMatching(/^\d{4}-/) });
  });

  test('is asked with its own key, by the path of the config', async () => {
    upstream.script(answering(json(200, { data: [] })));
    await start({ path: '/ping' });
    const asked = await eventually(() => upstream.requests.find(({ path }) => path === '/v1/ping'));
    expect(asked.method).toBe('GET');
    expect(asked.headers['authorization']).toBe(`Bearer ${KEY}`);
  });

  test('and comes back after so many answers', async () => {
    upstream.script(answering(status(503)));
    await start({ unhealthy_after: 1, healthy_after: 2 });
    await becomes('dead');
    upstream.script(answering(status(401)));
    await becomes('up');
    expect((await ask('pair')).choices[0].message.content).toBe('1');
    expect(await lineOf('backend is alive again')).toContain('cause="it answered health checks"');
    expect(lines('backend is alive again')).toHaveLength(1);
  });

  test('is tried all the same where there is no other, and its traffic brings it back', async () => {
    upstream.script(answering(status(500)));
    await start({ unhealthy_after: 1, timeout: '1h' });
    await becomes('dead');
    // The next check says nothing, neither good nor bad.
    const before = checks();
    upstream.script(answering(stall()));
    await eventually(() => checks() > before && upstream.requests.at(-1)?.outcome === 'open');
    expect((await ask('one')).choices[0].message.content).toBe('1');
    expect((await stateOf('checked')).state).toBe('up');
  });

  test('is not tried with when_all_cooling: reject; the client learns when to come back', async () => {
    upstream.script(answering(status(500)));
    await start({ unhealthy_after: 1 }, { fallback: { when_all_cooling: 'reject' } });
    await becomes('dead');
    const answer = await send(`${gateway?.url}/v1/chat/completions`, { body: { model: 'one', messages: [] } });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect((await answer.json()).error.code).toBe('no_backend_available');
  });
});

describe('answers that are alive', () => {
  test.each([200, 401, 404, 429])('%d', async (code) => {
    upstream.script(answering(status(code)));
    await start({ unhealthy_after: 1 });
    const before = checks();
    await eventually(() => checks() >= before + 3);
    expect((await stateOf('checked')).state).toBe('up');
    expect(lines('backend is')).toEqual([]);
  });
});

test('being alive ends no cooldown', async () => {
  upstream.script(answering(json(200, {}), status(503)));
  await start({}, { fallback: { cooldown_seconds: 100, max_retries: 0 } });
  await ask('pair');
  const before = checks();
  await eventually(() => checks() >= before + 3);
  const { state, models } = await stateOf('checked');
  expect(state).toBe('up');
  expect(models[0]).toMatchObject({ model: 'm', state: 'cooling', last_failure: { failure: '503 overloaded' } });
  expect(Date.parse(models[0].cooling_until)).toBeGreaterThan(Date.now() + 60_000);
});

test('/readyz tells when no backend is alive', async () => {
  const dead = await findFreePort();
  gateway = await startGateway({
    config: {
      backends: [{ name: 'checked', url: `http://127.0.0.1:${dead}/v1` }],
      models: { one: { routes: [{ backend: 'checked', model: 'm' }] } },
      health_check: { enabled: true, interval: '30ms', unhealthy_after: 1 },
    },
  });
  const answer = await eventually(async () => {
    const ready = await send(`${gateway?.url}/readyz`);
    return ready.status === 503 ? ready : undefined;
  });
  expect(await answer.json()).toEqual({ status: 'not_ready', reason: 'no_backend' });
  expect(await (await send(`${gateway.url}/admin/status`)).json()).toMatchObject({
    status: 'not_ready',
    reason: 'no_backend',
  });
  expect(answer.headers['retry-after']).toBe('1');
  expect((await send(`${gateway.url}/healthz`)).status).toBe(200);
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, closeBeforeAnswer, cutAfter, chatEvents, hold, manual, status } from '../kit/replies.ts';
import { parseSse } from '../kit/sse.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const MESSAGES = [{ role: 'user', content: 'Hello' }];

let first: Upstream;
let second: Upstream;
const gateways: Gateway[] = [];

beforeAll(async () => {
  first = await startUpstream(chatAnswer('1'));
  second = await startUpstream(chatAnswer('2'));
});

afterEach(async () => {
  for (const gateway of gateways.splice(0)) {
    let isIdle = false;
    try {
      await eventually(async () => {
        const { requests, backends } = await operatorsView(gateway);
        return requests.running === 0 && requests.waiting === 0 && backends.every((one: Json) => one.in_flight === 0);
      });
      isIdle = true;
    } finally {
      // What a failed test left under way must not make the next ones fail.
      await gateway.stop(isIdle ? 'SIGTERM' : 'SIGKILL');
    }
  }
  await settled(first, second);
  first.script(chatAnswer('1'));
  second.script(chatAnswer('2'));
});

afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
});

/** A gateway with two backends: `one` uses the first, `pair` both, `fallen` the first and then `two`, which uses the second. */
async function start(concurrency: object, more: Record<string, unknown> = {}, backend: object = {}): Promise<Gateway> {
  const gateway = await startGateway({ config: configOf(concurrency, more, backend) });
  gateways.push(gateway);
  return gateway;
}

function configOf(concurrency: object, more: Record<string, unknown> = {}, backend: object = {}): object {
  return {
    backends: [
      { name: 'first', url: first.url, ...backend },
      { name: 'second', url: second.url, ...backend },
    ],
    models: {
      one: { routes: [{ backend: 'first', model: 'm' }] },
      two: { routes: [{ backend: 'second', model: 'm' }] },
      pair: {
        routes: [
          { backend: 'first', model: 'm', priority: 1 },
          { backend: 'second', model: 'm', priority: 2 },
        ],
      },
      fallen: { routes: [{ backend: 'first', model: 'm' }] },
    },
    fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { fallen: ['two'] } },
    concurrency: { enabled: true, ...concurrency },
    ...more,
  };
}

async function operatorsView(gateway: Gateway): Promise<Json> {
  return await (await send(`${gateway.url}/admin/backends`)).json();
}

async function ask(gateway: Gateway, model: string, more: object = {}): Promise<RawAnswer> {
  return await send(`${gateway.url}/v1/chat/completions`, { body: { model, messages: MESSAGES, ...more } });
}

async function text(answer: Promise<RawAnswer>): Promise<string> {
  return (await (await answer).json()).choices[0].message.content;
}

async function running(gateway: Gateway, count: number, waiting = 0): Promise<void> {
  await eventually(async () => {
    const { requests } = await operatorsView(gateway);
    return requests.running === count && requests.waiting === waiting;
  });
}

describe('more requests than may run at once', () => {
  test('wait and are served in the order in which they came', async () => {
    const gateway = await start({ max_requests: 1 });
    const gate = hold();
    const order: string[] = [];
    first.script(({ body }) => ({
      async send(wire) {
        order.push(JSON.parse(String(body)).user);
        await gate.send(wire);
      },
    }));
    const asked: Promise<RawAnswer>[] = [];
    for (const user of ['a', 'b', 'c', 'd']) {
      asked.push(ask(gateway, 'one', { user }));
      await running(gateway, 1, asked.length - 1);
    }
    // The gateway counts it as running a moment before the upstream has it.
    await eventually(() => order.length > 0);
    expect(order).toEqual(['a']);
    gate.release();
    for (const answer of asked) expect((await answer).status).toBe(200);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    const chats = await eventually(() => {
      const lines = gateway.logs().filter(({ path }) => path === '/v1/chat/completions');
      return lines.length === 4 && lines;
    });
    expect(chats.filter(({ queue_ms: ms }) => ms > 0)).toHaveLength(3);
  });

  test('get 503 queue_full at once when the queue is full', async () => {
    const gateway = await start({ max_requests: 1, max_queue_size: 1 });
    const gate = hold();
    first.script(gate);
    const served = [ask(gateway, 'one')];
    await running(gateway, 1);
    served.push(ask(gateway, 'one'));
    await running(gateway, 1, 1);
    const refused = await ask(gateway, 'one');
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await refused.json()).error).toMatchObject({ type: 'server_error', code: 'queue_full' });
    gate.release();
    for (const answer of served) expect((await answer).status).toBe(200);
  });

  test('with drop_oldest it is the one that has waited longest who gets it', async () => {
    const gateway = await start({ max_requests: 1, max_queue_size: 1, overflow: 'drop_oldest' });
    const gate = hold();
    first.script(gate);
    const running1 = ask(gateway, 'one');
    await running(gateway, 1);
    const oldest = ask(gateway, 'one');
    await running(gateway, 1, 1);
    const newest = ask(gateway, 'one');
    expect((await oldest).status).toBe(503);
    expect((await (await oldest).json()).error.code).toBe('queue_full');
    gate.release();
    expect((await running1).status).toBe(200);
    expect((await newest).status).toBe(200);
  });

  test('get 503 queue_timeout when they have waited too long', async () => {
    const gateway = await start({ max_requests: 1, queue_timeout: '50ms' });
    const gate = hold();
    first.script(gate);
    const served = ask(gateway, 'one');
    await running(gateway, 1);
    const refused = await ask(gateway, 'one');
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await refused.json()).error.code).toBe('queue_timeout');
    gate.release();
    expect((await served).status).toBe(200);
  });

  test('get 504 total_timeout if that is over first', async () => {
    const gateway = await start({ max_requests: 1 }, { timeout: { total_timeout: '400ms' } });
    first.script(hold());
    const held = ask(gateway, 'one');
    await running(gateway, 1);
    const refused = await ask(gateway, 'one');
    expect(refused.status).toBe(504);
    expect((await refused.json()).error.code).toBe('total_timeout');
    expect((await held).status).toBe(504);
  });

  test('leave the queue with their client, and are logged as 499', async () => {
    const gateway = await start({ max_requests: 1, max_queue_size: 1 });
    const gate = hold();
    first.script(gate);
    const served = ask(gateway, 'one');
    await running(gateway, 1);
    const { connect } = await import('node:net');
    const socket = connect(gateway.port, '127.0.0.1');
    const body = JSON.stringify({ model: 'one', messages: MESSAGES });
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await running(gateway, 1, 1);
    socket.destroy();
    await running(gateway, 1, 0);
    const next = ask(gateway, 'one');
    await running(gateway, 1, 1);
    gate.release();
    expect((await served).status).toBe(200);
    expect((await next).status).toBe(200);
    const left = await eventually(() => gateway.logs().find((line) => line.status === 499));
    expect(left).toMatchObject({ error_code: 'client_closed_request', attempts: 0 });
  });

  test('a refused one costs no token of the rate limit', async () => {
    const gateway = await start(
      { max_requests: 1, max_queue_size: 0 },
      { rate_limit: { enabled: true, global_rps: 0.001, burst_factor: 2000 } },
    );
    const gate = hold();
    first.script(gate);
    const served = ask(gateway, 'one');
    await running(gateway, 1);
    for (let i = 0; i < 3; i++) expect((await ask(gateway, 'one')).status).toBe(503);
    gate.release();
    expect((await served).status).toBe(200);
    expect((await ask(gateway, 'one')).status).toBe(200);
    expect((await ask(gateway, 'one')).status).toBe(429);
  });

  test('as streams hear comments while they wait, and of a refusal in an event', async () => {
    const gateway = await start({ max_requests: 1, queue_timeout: '300ms' }, { stream: { keepalive: '50ms' } });
    const gate = hold();
    first.script(gate);
    const served = ask(gateway, 'one');
    await running(gateway, 1);
    const waiting = await ask(gateway, 'one', { stream: true });
    expect(waiting.status).toBe(200);
    const { text: heard, ending } = await waiting.whole();
    expect(ending).toBe('complete');
    expect(heard).toStartWith(': keep-alive\n\n');
    const { json, done } = parseSse(heard);
    expect(json.map(({ error }) => error.code)).toEqual(['queue_timeout']);
    expect(done).toBe(false);
    gate.release();
    expect((await served).status).toBe(200);
    const line = await eventually(() => gateway.logs().find((one) => one.error_code === 'queue_timeout'));
    expect(line.status).toBe(503);
  });

  test('run as soon as a reload lets them', async () => {
    const gateway = await start({ max_requests: 1 });
    const gate = hold();
    first.script(gate);
    const asked = [ask(gateway, 'one')];
    await running(gateway, 1);
    asked.push(ask(gateway, 'one'), ask(gateway, 'one'));
    await running(gateway, 1, 2);
    gateway.writeConfig(configOf({ max_requests: 3 }));
    await running(gateway, 3, 0);
    gate.release();
    for (const answer of asked) expect((await answer).status).toBe(200);
  });

  test('are told of a shutdown that ends their wait', async () => {
    const gateway = await start({ max_requests: 1 }, { server: { shutdown_timeout: '100ms' } });
    first.script(hold());
    const held = ask(gateway, 'one');
    await running(gateway, 1);
    const waiting = ask(gateway, 'one');
    await running(gateway, 1, 1);
    gateways.pop();
    gateway.signal('SIGTERM');
    expect((await (await waiting).json()).error.code).toBe('shutting_down');
    expect((await held).status).toBe(503);
    expect(await gateway.exited).toBe(0);
    await gateway.stop();
  });
});

describe('a place is held to the last byte and given back once', () => {
  test('of a stream', async () => {
    const gateway = await start({ max_requests: 1 });
    const reply = manual();
    first.script((_request, n) => (n === 0 ? reply : chatAnswer('next')));
    const stream = ask(gateway, 'one', { stream: true });
    await reply.head();
    const events = chatEvents(['a', 'b']);
    for (const event of events.slice(0, 2)) await reply.event(event);
    const answer = await stream;
    const next = ask(gateway, 'one');
    await running(gateway, 1, 1);
    for (const event of events.slice(2)) await reply.event(event);
    await reply.event('[DONE]');
    await reply.end();
    await answer.whole();
    expect(await text(next)).toBe('next');
  });

  test.each([
    ['fails', status(400)],
    ['is reset', closeBeforeAnswer({ reset: true })],
    ['is cut', cutAfter(chatEvents(['a', 'b', 'c']).slice(0, 3))],
  ])('also when the backend %s', async (_what, reply) => {
    const gateway = await start({ max_requests: 1 });
    first.script(reply);
    for (let i = 0; i < 3; i++) await (await ask(gateway, 'one', { stream: true })).whole();
    first.script(chatAnswer('well'));
    expect(await text(ask(gateway, 'one'))).toBe('well');
  });

  test('also when the client leaves', async () => {
    const gateway = await start({ max_requests: 1 });
    const reply = manual();
    first.script((_request, n) => (n === 0 ? reply : chatAnswer('next')));
    const stream = ask(gateway, 'one', { stream: true });
    await reply.head();
    for (const event of chatEvents(['a', 'b']).slice(0, 2)) await reply.event(event);
    (await stream).leave({ reset: true });
    expect(await text(ask(gateway, 'one'))).toBe('next');
  });
});

describe('a full backend', () => {
  test.each([
    ['per_backend_limit', { per_backend_limit: 1 }, {}],
    ['max_concurrency, with concurrency off', { enabled: false, per_backend_limit: 9 }, { max_concurrency: 1 }],
    ['max_concurrency before per_backend_limit', { per_backend_limit: 9 }, { max_concurrency: 1 }],
  ])('is passed over for the next candidate: %s', async (_what, concurrency, backend) => {
    const gateway = await start(concurrency, {}, backend);
    const gate = hold(chatAnswer('1'));
    first.script(gate);
    const held = text(ask(gateway, 'pair'));
    await gate.reached;
    expect(await text(ask(gateway, 'pair'))).toBe('2');
    expect(await text(ask(gateway, 'fallen'))).toBe('2');
    gate.release();
    expect(await held).toBe('1');
  });

  test('is waited for only when all are full, and whoever is free first serves', async () => {
    const gateway = await start({ per_backend_limit: 1 });
    const [gate, other] = [hold(chatAnswer('1')), hold(chatAnswer('2'))];
    first.script(gate);
    second.script(other);
    const held = [ask(gateway, 'pair')];
    await gate.reached;
    held.push(ask(gateway, 'pair'));
    await other.reached;
    const waiting = text(ask(gateway, 'pair'));
    await running(gateway, 2, 1);
    other.release();
    expect(await waiting).toBe('2');
    gate.release();
    for (const answer of held) expect((await answer).status).toBe(200);
  });

  test("holds up nobody else's traffic", async () => {
    const gateway = await start({ max_requests: 2, per_backend_limit: 1 });
    const gate = hold();
    first.script(gate);
    const asked = [ask(gateway, 'one')];
    await gate.reached;
    for (let i = 0; i < 5; i++) asked.push(ask(gateway, 'one'));
    await running(gateway, 1, 5);
    expect(await text(ask(gateway, 'two'))).toBe('2');
    gate.release();
    for (const answer of asked) expect((await answer).status).toBe(200);
  });

  test('is waited for when all others have failed', async () => {
    const gateway = await start({ per_backend_limit: 1 });
    const gate = hold(chatAnswer('1'));
    first.script(gate);
    second.script(status(500));
    const held = ask(gateway, 'pair');
    await gate.reached;
    const waiting = ask(gateway, 'pair');
    await running(gateway, 2, 1);
    gate.release();
    expect((await held).status).toBe(200);
    expect(await text(waiting)).toBe('1');
    const line = await eventually(() => gateway.logs().find(({ attempts }) => attempts === 2));
    expect(line.tries.map(({ backend }: Json) => backend)).toEqual(['second', 'first']);
    expect(line.queue_ms).toBeGreaterThan(0);
  });

  test('that cools down as well is waited for rather than refused, where there is no other', async () => {
    const gateway = await start({ per_backend_limit: 1 }, { fallback: { cooldown_seconds: 100, max_retries: 0 } });
    first.script(status(503));
    expect((await ask(gateway, 'one')).status).toBe(503);
    const gate = hold(chatAnswer('1'));
    first.script(gate);
    const held = text(ask(gateway, 'one'));
    await gate.reached;
    const waiting = text(ask(gateway, 'one'));
    await running(gateway, 1, 1);
    gate.release();
    expect(await held).toBe('1');
    expect(await waiting).toBe('1');
  });

  test('never gets more than its limit, however the load comes', async () => {
    const gateway = await start({ max_requests: 20, max_queue_size: 1000, per_backend_limit: 3 });
    let [now, most] = [0, 0];
    const counted = (reply: ReturnType<typeof chatAnswer>) => ({
      async send(wire: Parameters<typeof reply.send>[0]) {
        most = Math.max(most, ++now);
        await Bun.sleep(1);
        now--;
        await reply.send(wire);
      },
    });
    first.script(counted(chatAnswer('1')));
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await ask(gateway, 'one')).status));
    expect(statuses).toEqual(statuses.map(() => 200));
    expect(most).toBeLessThanOrEqual(3);
  });
});

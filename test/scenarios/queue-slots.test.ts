import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer, RawConnection } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import {
  bigBody,
  chatAnswer,
  chatEvents,
  closeBeforeAnswer,
  cutAfter,
  hold,
  manual,
  slowHeaders,
  stall,
  stallAfter,
  status,
  streamOf,
} from '../kit/replies.ts';
import type { Gate, Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const MESSAGES = [{ role: 'user', content: 'Hello' }];
const STREAM = { stream: true };

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let stopped: boolean;
let nextTrace = 0;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('1'));
  second = await startUpstream(chatAnswer('2'));
});

afterEach(async () => {
  try {
    if (!stopped) await idle();
  } finally {
    await gateway.stop();
  }
  await settled(first, second);
  first.script(chatAnswer('1'));
  second.script(chatAnswer('2'));
});

afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
});

/** `one` uses the first backend, `two` the second, `pair` the first and then the second, with `hedging`; `patient` is `one` without a deadline. */
function configOf(
  concurrency: object,
  more: Record<string, unknown> = {},
  backend: object = {},
  hedging: object = {},
): object {
  const routes = [
    { backend: 'first', model: 'm', priority: 1 },
    { backend: 'second', model: 'm', priority: 2 },
  ];
  return {
    backends: [
      { name: 'first', url: first.url, ...backend },
      { name: 'second', url: second.url, ...backend },
    ],
    models: {
      one: { routes: routes.slice(0, 1) },
      two: { routes: routes.slice(1) },
      pair: { routes, ...hedging },
      patient: { routes: routes.slice(0, 1), timeout: { total_timeout: 0 } },
    },
    fallback: { cooldown_seconds: 0, max_retries: 0 },
    concurrency: { enabled: true, ...concurrency },
    ...more,
  };
}

async function start(...config: Parameters<typeof configOf>): Promise<void> {
  gateway = await startGateway({ config: configOf(...config) });
  stopped = false;
}

/** Puts this config into force; when it returns, it is. */
async function reload(...config: Parameters<typeof configOf>): Promise<void> {
  gateway.writeConfig(configOf(...config));
  expect((await send(`${gateway.url}/admin/reload`, { method: 'POST' })).status).toBe(200);
}

async function operatorsView(): Promise<Json> {
  return await (await send(`${gateway.url}/admin/backends`)).json();
}

async function runs(running: number, waiting = 0): Promise<void> {
  await eventually(async () => {
    const { requests } = await operatorsView();
    if (requests.running === running && requests.waiting === waiting) return true;
    throw new Error(`running ${requests.running}, waiting ${requests.waiting}`);
  });
}

/** Nothing runs, waits or is in flight. */
async function idle(): Promise<void> {
  await runs(0, 0);
  const { backends } = await operatorsView();
  expect(backends.map((backend: Json) => backend.in_flight)).toEqual(backends.map(() => 0));
}

interface Asked {
  readonly answer: Promise<RawAnswer>;
  readonly connection: RawConnection;
  /** Its line in the log. */
  line(): Promise<Json>;
}

/** Sends a chat that can be left at any time. */
async function ask(model: string, more: object = {}): Promise<Asked> {
  const traceId = `trace-${nextTrace++}`;
  const connection = await open(gateway.url);
  const options = { headers: { 'x-trace-id': traceId }, body: { model, messages: MESSAGES, ...more } };
  await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, options));
  const answer = connection.answer();
  answer.catch(() => undefined); // of those that leave
  const current = gateway;
  return {
    answer,
    connection,
    line: () => eventually(() => current.logs().find((one) => one.trace_id === traceId)),
  };
}

async function text({ answer }: Asked): Promise<string> {
  return (await (await answer).json()).choices[0].message.content;
}

async function codeOf({ answer }: Asked): Promise<[status: number, code: string]> {
  const { status } = await answer;
  return [status, (await (await answer).json()).error.code];
}

/** Replies one after the other, each to be let go by itself. */
function gates(upstream: Upstream, count: number, textOf = (n: number) => `${n}`): Gate[] {
  const all = Array.from({ length: count }, (_, n) => hold(chatAnswer(textOf(n))));
  upstream.script(all);
  return all;
}

/** Asks one that is held at the backend. */
async function askHeld(model: string, upstream = first): Promise<{ gate: Gate; asked: Asked }> {
  const gate = hold(chatAnswer('held'));
  upstream.script((_request, n) => (n === 0 ? gate : chatAnswer('next')));
  const asked = await ask(model);
  await gate.reached;
  return { gate, asked };
}

describe('the time in the queue', () => {
  test('is in the log; of one that need not wait it is 0', async () => {
    await start({ max_requests: 1 });
    const { gate, asked } = await askHeld('one');
    const waiter = await ask('one');
    await runs(1, 1);
    const from = performance.now();
    await Bun.sleep(50);
    const atLeast = performance.now() - from;
    gate.release();
    expect([await text(asked), await text(waiter)]).toEqual(['held', 'next']);
    expect((await asked.line()).queue_ms).toBe(0);
    const { queue_ms: queueMs, duration_ms: durationMs } = await waiter.line();
    expect(queueMs).toBeGreaterThanOrEqual(Math.floor(atLeast) - 1);
    expect(durationMs).toBeGreaterThanOrEqual(queueMs);
  });

  test('is in the log of those that were refused, too', async () => {
    await start({ max_requests: 1, queue_timeout: '100ms' });
    const { gate } = await askHeld('one');
    const waiter = await ask('one');
    expect(await codeOf(waiter)).toEqual([503, 'queue_timeout']);
    const line = await waiter.line();
    expect(line).toMatchObject({ status: 503, error_code: 'queue_timeout', alias: 'one', attempts: 0 });
    expect(line.queue_ms).toBeGreaterThanOrEqual(99);
    gate.release();
  });

  test('counts for total_timeout: what is left after it is what the backend has', async () => {
    await start({ max_requests: 1 }, { timeout: { total_timeout: '2s' } });
    const { gate, asked } = await askHeld('patient');
    const waiter = await ask('one');
    await runs(1, 1);
    await Bun.sleep(1_000);
    first.script(stall());
    gate.release();
    expect(await text(asked)).toBe('held');
    expect(await codeOf(waiter)).toEqual([504, 'total_timeout']);
    const line = await waiter.line();
    expect(line).toMatchObject({ error_code: 'total_timeout', attempts: 1 });
    expect(line.queue_ms).toBeGreaterThanOrEqual(999);
    // Not two seconds from the moment of its turn.
    expect(line.duration_ms - line.queue_ms).toBeLessThan(2_000);
  });

  test('ends with total_timeout alone where queue_timeout is 0', async () => {
    await start({ max_requests: 1, queue_timeout: 0 }, { timeout: { total_timeout: '200ms' } });
    const { gate } = await askHeld('patient');
    const waiter = await ask('one');
    expect(await codeOf(waiter)).toEqual([504, 'total_timeout']);
    gate.release();
  });
});

describe('a full queue', () => {
  test('refuses streams with a status, in JSON, and lets SDKs retry', async () => {
    await start({ max_requests: 1, max_queue_size: 0 });
    const { gate } = await askHeld('one');
    const refused = await ask('one', STREAM);
    const { headers } = await refused.answer;
    expect(headers['content-type']).toContain('application/json');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers['x-should-retry']).toBeUndefined();
    expect(await codeOf(refused)).toEqual([503, 'queue_full']);
    expect(await refused.line()).toMatchObject({ status: 503, error_code: 'queue_full', alias: 'one', stream: true });
    gate.release();
  });

  test('with drop_oldest refuses the oldest each time, with Retry-After, and keeps the order of the others', async () => {
    await start({ max_requests: 1, max_queue_size: 2, overflow: 'drop_oldest' });
    const { gate, asked } = await askHeld('one');
    const waiters: Asked[] = [];
    for (let i = 0; i < 4; i++) {
      waiters.push(await ask('one', { user: `user-${i}` }));
      await runs(1, Math.min(i + 1, 2));
      // So that the dropping of the oldest is over before the next one comes.
      if (i >= 2) await waiters[i - 2]?.answer;
    }
    for (const dropped of waiters.slice(0, 2)) {
      expect(await codeOf(dropped)).toEqual([503, 'queue_full']);
      expect((await dropped.answer).headers['retry-after']).toBe('1');
    }
    const before = first.requests.length;
    gate.release();
    expect([await text(asked), ...(await Promise.all(waiters.slice(2).map(text)))]).toEqual(['held', 'next', 'next']);
    expect(first.requests.slice(before).map(({ json }) => json.user)).toEqual(['user-2', 'user-3']);
  });

  test('with drop_oldest and no room at all refuses the newcomer', async () => {
    await start({ max_requests: 1, max_queue_size: 0, overflow: 'drop_oldest' });
    const { gate, asked } = await askHeld('one');
    expect(await codeOf(await ask('one'))).toEqual([503, 'queue_full']);
    gate.release();
    expect(await text(asked)).toBe('held');
  });

  test('tells a stream that was kept waiting by an event, when it is dropped', async () => {
    await start({ max_requests: 1, max_queue_size: 1, overflow: 'drop_oldest' }, { stream: { keepalive: '50ms' } });
    const { gate } = await askHeld('one');
    const stream = await ask('one', STREAM);
    const answer = await stream.answer;
    await answer.textUntil(': keep-alive\n\n: keep-alive\n\n');
    const newest = await ask('one');
    const { text: heard, ending } = await answer.whole();
    const seen = parseSse(heard);
    expect([answer.status, ending, seen.done, seen.rest]).toEqual([200, 'complete', false, '']);
    expect(seen.json).toHaveLength(1);
    expect(seen.json[0].error).toMatchObject({ code: 'queue_full', message: expect.any(String) });
    gate.release();
    expect(await text(newest)).toBe('next');
  });

  test('does not keep the list of models, probes and operators from being served', async () => {
    await start({ max_requests: 1, max_queue_size: 0 });
    const { gate } = await askHeld('one');
    for (const path of [
      '/v1/models',
      '/v1/models/one',
      '/health',
      '/readyz',
      '/metrics',
      '/admin/backends',
      '/admin/status',
    ]) {
      expect((await send(gateway.url + path)).status).toBe(200);
    }
    gate.release();
  });
});

describe('a stream that waits', () => {
  test('has comments, and then its answer as if it had not waited', async () => {
    await start({ max_requests: 1 }, { stream: { keepalive: '50ms' } });
    const { gate } = await askHeld('one');
    const stream = await ask('one', STREAM);
    const answer = await stream.answer;
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream']);
    await answer.textUntil(': keep-alive\n\n: keep-alive\n\n');
    expect(parseSse(answer.text).events).toEqual([]);
    first.script(streamOf(['a', 'b']));
    gate.release();
    const seen = parseSse((await answer.whole()).text);
    expect(seen.done).toBe(true);
    expect(seen.json.map((event) => event.choices[0]?.delta?.content ?? '').join('')).toBe('ab');
    expect(await stream.line()).toMatchObject({ status: 200, attempts: 1 });
  });

  test('and then fails is told by an event, whatever failed', async () => {
    await start({ max_requests: 1 }, { stream: { keepalive: '50ms' } });
    const { gate } = await askHeld('one');
    const answer = await (await ask('one', STREAM)).answer;
    await answer.textUntil(': keep-alive\n\n');
    first.script(status(503, { code: 'busy' }));
    gate.release();
    const { text: heard, ending } = await answer.whole();
    expect([ending, parseSse(heard).done]).toEqual(['complete', false]);
    expect(parseSse(heard).json[0].error).toMatchObject({ message: expect.any(String) });
  });
});

describe('whoever leaves while waiting', () => {
  test.each<[string, Parameters<typeof configOf>, string, object]>([
    ['for a place', [{ max_requests: 1 }], 'one', {}],
    ['for a place, as a stream', [{ max_requests: 1 }], 'one', STREAM],
    ['for a backend', [{ per_backend_limit: 1 }], 'one', {}],
    ['for a backend, with concurrency off', [{ enabled: false }, {}, { max_concurrency: 1 }], 'one', STREAM],
    ['for a backend, after the others failed', [{ per_backend_limit: 1 }], 'pair', {}],
  ])('%s is removed, logged as 499, and never reaches a backend', async (what, config, model, more) => {
    await start(...config);
    const { gate, asked } = await askHeld('one');
    second.script(status(500));
    const leaver = await ask(model, more);
    await runs(what.includes('after') ? 2 : 1, 1);
    const sent = first.requests.length;
    const next = await ask('one');
    await runs(what.includes('after') ? 2 : 1, 2);
    leaver.connection.leave({ reset: true });
    await runs(1, 1);
    gate.release();
    expect([await text(asked), await text(next)]).toEqual(['held', 'next']);
    expect(await leaver.line()).toMatchObject({ status: 499, error_code: 'client_closed_request' });
    expect(first.requests.length).toBe(sent + 1);
  });

  test('with comments on its connection already is removed as well', async () => {
    await start({ max_requests: 1 }, { stream: { keepalive: '50ms' } });
    const { gate, asked } = await askHeld('one');
    const leaver = await ask('one', STREAM);
    const answer = await leaver.answer;
    await answer.textUntil(': keep-alive\n\n');
    const sent = first.requests.length;
    answer.leave();
    await runs(1, 0);
    gate.release();
    expect(await text(asked)).toBe('held');
    await idle();
    expect(await leaver.line()).toMatchObject({ status: 499, error_code: 'client_closed_request', attempts: 0 });
    expect(first.requests.length).toBe(sent);
  });
});

describe('a place and a slot', () => {
  const BEGUN = chatEvents(['a', 'b']).slice(0, 2);

  test.each<[string, Reply, object]>([
    ['never answers', stall(), {}],
    ['never answers a stream', stall(), STREAM],
    ['stalls before the first word', stallAfter(BEGUN.slice(0, 1)), STREAM],
    ['stalls inside a stream', stallAfter(BEGUN), STREAM],
    [
      'goes on too slowly',
      streamOf(
        Array.from({ length: 1000 }, () => 'x'),
        { gapMs: 400 },
      ),
      STREAM,
    ],
  ])('are given back when the backend %s', async (_, reply, more) => {
    // The request behind has to be answered within them, on a busy machine too.
    const timeout = { first_byte_timeout: '700ms', read_timeout: '700ms', total_timeout: '2800ms' };
    await start({ max_requests: 1, per_backend_limit: 1 }, { timeout });
    first.script((_request, n) => (n === 0 ? reply : chatAnswer('next')));
    const asked = first.requests.length;
    const slow = await ask('one', more);
    await eventually(() => first.requests.length > asked);
    const next = await ask('patient');
    await (await slow.answer).whole();
    expect(await text(next)).toBe('next');
    expect((await slow.line()).error_code).toMatch(/_timeout$/);
  });

  test('are held by a long plain answer until its last byte', async () => {
    await start({ max_requests: 1, per_backend_limit: 1 });
    const reply = manual();
    first.script((_request, n) => (n === 0 ? reply : chatAnswer('next')));
    const long = await ask('one');
    await reply.head(200, { 'content-type': 'application/json', 'content-length': '3000000' });
    await reply.writeRaw('x'.repeat(2_000_000));
    await (await long.answer).textUntil((text) => text.length > 1_000_000);
    const next = await ask('one');
    await runs(1, 1);
    expect((await operatorsView()).backends[0]).toMatchObject({ name: 'first', in_flight: 1, limit: 1 });
    await reply.writeRaw('x'.repeat(1_000_000));
    await reply.end();
    expect((await (await long.answer).whole()).text).toHaveLength(3_000_000);
    expect(await text(next)).toBe('next');
  });

  test('are given back when the client of a long answer takes no more of it', async () => {
    await start({ max_requests: 1 });
    first.script((_request, n) => (n === 0 ? bigBody(50_000_000) : chatAnswer('next')));
    const long = await ask('one');
    await (await long.answer).next();
    long.connection.pause();
    const next = await ask('one');
    await runs(1, 1);
    long.connection.leave({ reset: true });
    expect(await text(next)).toBe('next');
    expect(await long.line()).toMatchObject({ status: 499 });
  });

  test('are given back when the client leaves before there is an answer', async () => {
    await start({ max_requests: 1, per_backend_limit: 1 });
    const { gate, asked } = await askHeld('one');
    const next = await ask('one');
    await runs(1, 1);
    asked.connection.leave();
    expect(await text(next)).toBe('next');
    expect(await asked.line()).toMatchObject({ status: 499, error_code: 'client_closed_request' });
    gate.release();
  });

  test('are one of each while a request goes from backend to backend', async () => {
    await start({ max_requests: 1, per_backend_limit: 1 });
    const gate = hold(chatAnswer('2'));
    first.script(status(500));
    second.script(gate);
    const asked = await ask('pair');
    await gate.reached;
    const { requests, backends } = await operatorsView();
    expect(requests).toEqual({ running: 1, waiting: 0 });
    expect(backends.map((backend: Json) => backend.in_flight)).toEqual([0, 1]);
    gate.release();
    expect(await text(asked)).toBe('2');
  });
});

describe('a full backend', () => {
  test('is waited for by the rules of the queue’s defaults where concurrency is off', async () => {
    await start({ enabled: false, max_requests: 1, max_queue_size: 0 }, {}, { max_concurrency: 1 });
    const [a, b] = gates(first, 2);
    const asked = [await ask('one')];
    await a?.reached;
    for (let i = 0; i < 3; i++) asked.push(await ask('one'));
    await runs(1, 3);
    a?.release();
    b?.release();
    for (const { answer } of asked) expect((await answer).status).toBe(200);
  });

  test('that only others of its limit fill does not hold up those behind in the queue', async () => {
    await start({ max_requests: 2, per_backend_limit: 1 });
    const [one, oneAgain] = gates(first, 3, (n) => `first ${n}`);
    const [two] = gates(second, 2, (n) => `second ${n}`);
    const running = [await ask('one')];
    await one?.reached;
    running.push(await ask('two'));
    await two?.reached;
    const behind = [await ask('one', { user: 'third' })];
    await runs(2, 1);
    const able = await ask('two');
    await runs(2, 2);
    second.script(chatAnswer('passed'));
    two?.release();
    expect(await text(able)).toBe('passed');
    await runs(1, 1);
    expect(first.inFlight).toBe(1);
    one?.release();
    oneAgain?.release();
    for (const asked of [...running, ...behind]) expect((await asked.answer).status).toBe(200);
  });

  test.each([
    ['queue_timeout', { queue_timeout: '100ms' }],
    ['queue_full', { max_queue_size: 0 }],
  ])('is waited for no longer and by no more than any: %s', async (code, concurrency) => {
    await start({ per_backend_limit: 1, ...concurrency });
    const { gate, asked } = await askHeld('one');
    const refused = await ask('one');
    expect(await codeOf(refused)).toEqual([503, code]);
    expect((await refused.answer).headers['retry-after']).toBe('1');
    gate.release();
    expect(await text(asked)).toBe('held');
  });

  test('is waited for rather than one that cools down tried', async () => {
    await start({ per_backend_limit: 1 }, { fallback: { cooldown_seconds: 1000, max_retries: 0 } });
    first.script(status(503));
    expect(await text(await ask('pair'))).toBe('2');
    const cooling = first.requests.length;
    const { gate, asked } = await askHeld('two', second);
    const waiter = await ask('pair');
    await runs(1, 1);
    gate.release();
    expect([await text(asked), await text(waiter)]).toEqual(['held', 'next']);
    expect(first.requests.length).toBe(cooling);
    expect(await waiter.line()).toMatchObject({ backend: 'second', attempts: 1 });
  });

  test('whose slot becomes free is had by the one that has waited longest', async () => {
    await start({ per_backend_limit: 1 });
    const { gate } = await askHeld('one');
    const before = first.requests.length;
    const waiters: Asked[] = [];
    for (const user of ['a', 'b', 'c']) {
      waiters.push(await ask('one', { user }));
      await runs(1, waiters.length);
    }
    gate.release();
    await Promise.all(waiters.map(text));
    expect(first.requests.slice(before).map(({ json }) => json.user)).toEqual(['a', 'b', 'c']);
  });
});

describe('a reload', () => {
  test.each<[string, Parameters<typeof configOf>, Parameters<typeof configOf>]>([
    ['per_backend_limit', [{ per_backend_limit: 1 }], [{ per_backend_limit: 3 }]],
    ['max_concurrency', [{}, {}, { max_concurrency: 1 }], [{}, {}, { max_concurrency: 3 }]],
    ['max_requests', [{ max_requests: 1 }], [{ max_requests: 3 }]],
    ['enabled', [{ max_requests: 1, per_backend_limit: 1 }], [{ enabled: false }]],
  ])('of %s lets go those that waited for it', async (_, before, after) => {
    await start(...before);
    const gate = hold();
    first.script(gate);
    const asked = [await ask('one'), await ask('one'), await ask('one')];
    await runs(1, 2);
    await reload(...after);
    await runs(3, 0);
    gate.release();
    for (const { answer } of asked) expect((await answer).status).toBe(200);
  });

  test('that sets a limit counts those that came before it, even where it is set again', async () => {
    await start({ enabled: false });
    const [a, b, c] = gates(first, 3);
    const asked: Asked[] = [];
    for (const gate of [a, b]) {
      asked.push(await ask('one'));
      await gate?.reached;
    }
    await runs(2, 0);
    await reload({ max_requests: 2 });
    await reload({ enabled: false });
    await reload({ max_requests: 2 });
    asked.push(await ask('one'));
    await runs(2, 1);
    a?.release();
    await c?.reached;
    await runs(2, 0);
    asked.push(await ask('one'));
    await runs(2, 1);
    b?.release();
    c?.release();
    for (const { answer } of asked) expect((await answer).status).toBe(200);
  });

  test('that lowers a limit ends nothing, and lets nobody in before it is kept again', async () => {
    await start({ max_requests: 3 });
    const [a, b, c, d] = gates(first, 4);
    const asked: Asked[] = [];
    for (const gate of [a, b, c]) {
      asked.push(await ask('one'));
      await gate?.reached;
    }
    await reload({ max_requests: 1 });
    asked.push(await ask('one'));
    await runs(3, 1);
    a?.release();
    await runs(2, 1);
    b?.release();
    await runs(1, 1);
    c?.release();
    await d?.reached;
    await runs(1, 0);
    d?.release();
    expect(await Promise.all(asked.map(text))).toEqual(['0', '1', '2', '3']);
  });

  test('that takes the backend away leaves those that wait for it what they began with', async () => {
    await start({ per_backend_limit: 1 });
    const { gate, asked } = await askHeld('one');
    const waiter = await ask('one');
    await runs(1, 1);
    const routes = [{ backend: 'second', model: 'm' }];
    await reload(
      { per_backend_limit: 1 },
      { backends: [{ name: 'second', url: second.url }], models: { one: { routes } } },
    );
    expect(await text(await ask('one'))).toBe('2');
    gate.release();
    expect([await text(asked), await text(waiter)]).toEqual(['held', 'next']);
  });
});

describe('SIGTERM while requests wait', () => {
  test('lets them have their turn, and refuses new ones', async () => {
    await start({ max_requests: 1 });
    const { gate, asked } = await askHeld('one');
    const waiters = [await ask('one'), await ask('one')];
    await runs(1, 2);
    stopped = true;
    gateway.signal('SIGTERM');
    await eventually(async () => (await send(`${gateway.url}/readyz`)).status === 503);
    expect(await codeOf(await ask('one'))).toEqual([503, 'shutting_down']);
    gate.release();
    expect([await text(asked), ...(await Promise.all(waiters.map(text)))]).toEqual(['held', 'next', 'next']);
    expect(await gateway.exited).toBe(0);
    expect(gateway.logs().filter(({ alias, status }) => alias === 'one' && status === 200)).toHaveLength(3);
  });

  test('tells streams that wait in an event when shutdown_timeout is over', async () => {
    await start({ max_requests: 1 }, { server: { shutdown_timeout: '200ms' }, stream: { keepalive: '50ms' } });
    const { asked } = await askHeld('one');
    const stream = await ask('one', STREAM);
    const answer = await stream.answer;
    await answer.textUntil(': keep-alive\n\n');
    stopped = true;
    const sent = first.requests.length;
    gateway.signal('SIGTERM');
    const { text: heard, ending } = await answer.whole();
    expect([ending, parseSse(heard).done]).toEqual(['complete', false]);
    expect(parseSse(heard).json.map(({ error }) => error.code)).toEqual(['shutting_down']);
    expect(await codeOf(asked)).toEqual([503, 'shutting_down']);
    expect(await gateway.exited).toBe(0);
    expect(first.requests.length).toBe(sent);
  });
});

/** What has become of hedges so far, each result once. */
async function hedgeResults(): Promise<string[]> {
  const { text: metrics } = await (await send(`${gateway.url}/metrics`)).whole();
  return Array.from(
    metrics.matchAll(/^llm_proxy_hedges_total\{.*result="(\w+)"\}/gm),
    ([, result = '']) => result,
  ).sort();
}

describe('whatever happens', () => {
  /** The same numbers each time. */
  function randomFrom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return state / 4_294_967_296;
    };
  }

  const FEW = { max_requests: 4, per_backend_limit: 3, max_queue_size: 20, queue_timeout: '300ms' };
  /** Enough for requests not to wait, for then nothing is hedged. */
  const MANY = { max_requests: 60, per_backend_limit: 30, max_queue_size: 20, queue_timeout: '300ms' };
  const HEDGING = { hedge: { after: '5ms', at_most: '100%' } };

  test.each<[string, number, typeof FEW, object]>([
    ['', 1, FEW, {}],
    ['', 2, FEW, {}],
    ['', 3, FEW, {}],
    [', with hedging', 4, MANY, HEDGING],
    [', with hedging', 5, MANY, HEDGING],
    [', with hedging and few places', 6, FEW, HEDGING],
  ])('no place and no slot is lost or made%s: seed %i', async (_, seed, limits, hedging) => {
    const random = randomFrom(seed);
    const overflow = seed % 2 === 0 ? 'drop_oldest' : 'reject';
    const timeout = { first_byte_timeout: '200ms', read_timeout: '200ms' };
    await start({ ...limits, overflow }, { timeout, stream: { keepalive: '50ms' } }, {}, hedging);
    const most = { first: 0, second: 0 };
    const choose = (upstream: Upstream, name: 'first' | 'second') => (request: { json: Json }) => {
      // The end of an attempt whose slot this one has may be read from its socket in the same turn of the loop, after this.
      setImmediate(() => setImmediate(() => (most[name] = Math.max(most[name], upstream.inFlight))));
      const stream = request.json.stream === true;
      const replies: Reply[] = [
        stream ? streamOf('a b c', { gapMs: 5 }) : chatAnswer('x'),
        slowHeaders(20, stream ? streamOf('a b') : chatAnswer('x')),
        stream ? cutAfter(chatEvents(['a', 'b', 'c']).slice(0, 3)) : cutAfter(20),
        status(500),
        status(400),
        closeBeforeAnswer({ reset: true }),
        stall(),
        bigBody(2_000_000),
      ];
      return replies[Math.floor(random() * replies.length)] ?? stall();
    };
    first.script(choose(first, 'first'));
    second.script(choose(second, 'second'));
    const client = async (): Promise<void> => {
      const model = ['one', 'two', 'pair'][Math.floor(random() * 3)] ?? 'one';
      const [stream, leaves, afterMs] = [random() < 0.5, random() < 0.4, random() * 100];
      const { answer, connection } = await ask(model, { stream });
      if (!leaves) return void (await (await answer).whole());
      await Bun.sleep(afterMs);
      connection.leave({ reset: random() < 0.5 });
    };
    const clients: Promise<void>[] = [];
    for (let i = 0; i < 120; i++) {
      clients.push(client());
      if (i % 40 === 20)
        await reload({ ...limits, overflow, max_requests: limits.max_requests + i / 20 }, { timeout }, {}, hedging);
      if (i % 8 === 0) await Bun.sleep(20);
    }
    await Promise.all(clients);
    await idle();
    await settled(first, second);
    expect(Math.max(most.first, most.second)).toBeLessThanOrEqual(limits.per_backend_limit);
    // Which of the ends there were depends on how busy the machine is; that there were hedges does not.
    if (limits === MANY) expect(await hedgeResults()).not.toEqual([]);

    // All of it is there to be had again, and no more.
    await reload({ max_requests: 3 });
    const gate = hold();
    first.script(gate);
    const asked = await Promise.all(Array.from({ length: 5 }, () => ask('one')));
    await runs(3, 2);
    await eventually(() => first.inFlight === 3);
    gate.release();
    for (const { answer } of asked) expect((await answer).status).toBe(200);
  });
});

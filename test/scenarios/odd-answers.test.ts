// Backends and clients that are unusual rather than broken.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { open, send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import {
  chatAnswer,
  chatEvents,
  json,
  pieces,
  slowHeaders,
  sse,
  stall,
  stallAfter,
  status,
  streamOf,
} from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { parseSse } from '../kit/sse.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let nextModel = 0;

beforeAll(async () => {
  [first, second] = await Promise.all([startUpstream(chatAnswer('1')), startUpstream(chatAnswer('2'))]);
  gateway = await start({});
});

beforeEach(() => {
  first.script(chatAnswer('1'));
  second.script(({ json: body }) => (body.stream === true ? streamOf('2') : chatAnswer('2')));
});

afterEach(async () => {
  await eventually(async () => {
    const { backends, requests } = await operatorsView(gateway);
    expect(backends.map((one: Json) => one.in_flight)).toEqual([0, 0]);
    expect(requests).toEqual({ running: 0, waiting: 0 });
    return true;
  });
});

afterAll(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

async function operatorsView({ url }: Gateway): Promise<Json> {
  return await (await send(`${url}/admin/backends`)).json();
}

/** `pair/*` fails over from the first backend to the second, `one/*` has the first alone. */
async function start(more: Record<string, unknown>): Promise<Gateway> {
  const routes = [
    { backend: 'first', model: '*', priority: 1 },
    { backend: 'second', model: '*', priority: 2 },
  ];
  return await startGateway({
    config: {
      proxy: { trusted_proxies: ['127.0.0.1'] },
      backends: [
        { name: 'first', url: first.url, api_key: 'sk-first-00000001', headers: { 'OpenAI-Organization': 'ours' } },
        { name: 'second', url: second.url },
      ],
      models: { 'pair/*': { routes }, 'one/*': { routes: routes.slice(0, 1) } },
      fallback: { max_retries: 1, backoff_initial: '1ms', backoff_max: '2ms' },
      ...more,
    },
  });
}

async function ask(alias: string, more: object = {}, options: SendOptions & { at?: Gateway } = {}) {
  const { at = gateway, ...rest } = options;
  const answer = await send(`${at.url}/v1/chat/completions`, {
    body: { model: `${alias}/m${nextModel++}`, messages: MESSAGES, ...more },
    ...rest,
  });
  const { text } = await answer.whole();
  const line = await eventually(() => at.logs().find((one) => one.trace_id === answer.headers['x-trace-id']));
  return { answer, text, line };
}

async function rescuedFrom(reply: Reply, more: object = {}): Promise<Json> {
  first.script(reply);
  const { answer, text, line } = await ask('pair', more);
  expect(answer.status).toBe(200);
  expect(text).toContain('"2"');
  expect(line.tries).toHaveLength(2);
  return line.tries[0];
}

describe('a backend that', () => {
  test.each(['99999999999999', '9'.repeat(400)])(
    'asks for a wait of %s s is left alone for a day at most, and costs no slot',
    async (seconds) => {
      await rescuedFrom(status(429, { retryAfter: seconds }));
    },
  );

  test('tells its errors as vLLM does, with nothing around them, is not taken for one that works', async () => {
    const error = { object: 'error', message: 'down', type: 'InternalServerError', param: null, code: 500 };
    await rescuedFrom(json(200, error));
    await rescuedFrom(sse([error]), { stream: true });
  });

  test('tells an error by the name of its event', async () => {
    const text = 'event: error\ndata: {"message":"down","type":"server_error"}\n\n';
    await rescuedFrom(pieces([text]), { stream: true });
  });

  test('writes its content type in capitals is understood', async () => {
    first.script(sse(chatEvents(['a', 'b']), { headers: { 'content-type': 'Text/Event-Stream; charset=utf-8' } }));
    const { text, line } = await ask('pair', { stream: true });
    expect(parseSse(text).done).toBe(true);
    expect(line.attempts).toBe(1);
  });

  test('says `"error": false` in its chunks is fine', async () => {
    first.script(sse(chatEvents(['a', 'b']).map((event) => ({ ...event, error: false }))));
    const { text, line } = await ask('pair', { stream: true });
    expect(parseSse(text).done).toBe(true);
    expect(line).toMatchObject({ attempts: 1, status: 200 });
  });

  test('puts a long text where the code should be does not get it into the log', async () => {
    const { detail } = await rescuedFrom(status(500, { code: 'x'.repeat(100_000) }));
    expect(detail.length).toBeLessThanOrEqual(100);
  });

  test('finishes a stream and neither says [DONE] nor closes does not keep the client', async () => {
    first.script(stallAfter(chatEvents(['a', 'b'])));
    const before = performance.now();
    const { text } = await ask('one', { stream: true });
    expect(parseSse(text).done).toBe(true);
    // The default read_timeout is 60 s.
    expect(performance.now() - before).toBeLessThan(30_000);
  });

  test('has headers of its own in the config gets those, not the client’s of the same name', async () => {
    await ask('one', {}, { headers: { 'openai-organization': 'theirs' } });
    expect(first.requests.at(-1)?.headers['openai-organization']).toBe('ours');
  });
});

describe('what the client is told', () => {
  test('is of the backend whose answer it gets, though later ones were tried', async () => {
    const one = await start({ fallback: { max_retries: 0 } });
    first.script(status(503, { message: 'from the first' }));
    second.script(({ json: body }) =>
      body === undefined ? chatAnswer('') : { send: (wire) => Promise.resolve(wire.cut({ reset: true })) },
    );
    const { answer, text, line } = await ask('pair', {}, { at: one });
    expect(text).toContain('from the first');
    expect(answer.headers['x-llm-proxy-backend']).toBe('first');
    expect(line).toMatchObject({ backend: 'first', status: 503, attempts: 2 });
    await one.stop();
  });

  test('is not that every route was tried when max_retries left one out', async () => {
    const one = await startGateway({
      config: {
        backends: [
          { name: 'first', url: first.url },
          { name: 'second', url: second.url },
        ],
        models: {
          m: {
            routes: [
              { backend: 'first', model: 'a', priority: 1 },
              { backend: 'first', model: 'b', priority: 2 },
              { backend: 'second', model: 'c', priority: 3 },
            ],
          },
        },
        fallback: { max_retries: 1 },
      },
    });
    first.script(status(401));
    const answer = await send(`${one.url}/v1/chat/completions`, { body: { model: 'm', messages: MESSAGES } });
    expect(answer.status).toBe(401);
    expect(answer.headers['x-should-retry']).toBeUndefined();
    await one.stop();
  });

  test("is the backend's own error, whether comments went out before it or not", async () => {
    const one = await start({ stream: { keepalive: '50ms' }, fallback: { max_retries: 0 } });
    const error = { message: 'slow down', type: 'rate_limit_error', param: null, code: 'rl' };
    first.script(slowHeaders(300, status(429, error)));
    const { text, line } = await ask('one', { stream: true }, { at: one });
    expect(text).toStartWith(': keep-alive\n\n');
    expect(parseSse(text).json).toEqual([{ error }]);
    expect(line).toMatchObject({ status: 429, error_code: 'rl' });
    await one.stop();
  });

  test('is an error, when a redirect comes after comments have gone out', async () => {
    const one = await start({ stream: { keepalive: '50ms' } });
    first.script(slowHeaders(300, status(302, { headers: { location: 'http://elsewhere/' } })));
    const { text, line } = await ask('one', { stream: true }, { at: one });
    const { json: events, done } = parseSse(text);
    expect(events.map(({ error }) => error.code)).toEqual(['upstream_broken_answer']);
    expect(done).toBe(false);
    expect(line).toMatchObject({ status: 502, error_code: 'upstream_broken_answer' });
    await one.stop();
  });

  test('and the log, after a failure and then silence, is the timeout', async () => {
    const one = await start({
      stream: { keepalive: '50ms' },
      timeout: { total_timeout: '400ms' },
      fallback: { max_retries: 0 },
    });
    first.script(status(503, { code: 'upcode' }));
    second.script(stall());
    const { text, line } = await ask('pair', { stream: true }, { at: one });
    expect(parseSse(text).json[0].error.code).toBe('total_timeout');
    expect(line).toMatchObject({ status: 504, error_code: 'total_timeout' });
    await one.stop();
  });
});

describe('a client that', () => {
  test('leaves during the wait before a retry is charged no further attempt', async () => {
    const one = await start({
      fallback: { max_retries: 3, backoff_initial: '100s', backoff_max: '100s', cooldown_seconds: 0 },
    });
    first.script(status(503));
    const connection = await open(one.url);
    const body = JSON.stringify({ model: 'one/x', messages: MESSAGES });
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Trace-ID: leaver\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(() => first.requests.some(({ headers }) => headers['x-trace-id'] === 'leaver'));
    // It is answered, and runs on: it waits.
    await eventually(async () => {
      const { backends, requests } = await operatorsView(one);
      return requests.running === 1 && backends[0].in_flight === 0;
    });
    connection.leave();
    const line = await eventually(() => one.logs().find(({ trace_id: id }) => id === 'leaver'));
    expect(line).toMatchObject({ status: 499, attempts: 1 });
    expect(line.tries.map(({ status: code }: Json) => code)).toEqual([503]);
    await one.stop();
  });

  test('leaves in the very moment in which its stream is begun meets no bug', async () => {
    const one = await start({ stream: { keepalive: '40ms' }, timeout: { first_byte_timeout: '5s' } });
    first.script(stall());
    second.script(stall());
    const body = JSON.stringify({ model: 'one/x', stream: true, messages: MESSAGES });
    const request = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 30 }, async (_, n) => {
          const connection = await open(one.url);
          await connection.write(request);
          await Bun.sleep(36 + n / 3);
          connection.leave({ reset: true });
        }),
      );
    }
    // Of one that left before the gateway looked, it knows nothing.
    await eventually(async () => (await operatorsView(one)).requests.running === 0);
    await send(`${one.url}/v1/models`, { headers: { 'x-trace-id': 'last' } });
    const lines = await eventually(() => one.logs().some(({ trace_id: id }) => id === 'last') && one.logs());
    const left = lines.filter(({ path }) => path === '/v1/chat/completions');
    expect(left.length).toBeGreaterThan(0);
    expect(left.filter(({ status: code }) => code !== 499)).toEqual([]);
    expect(one.stderr()).not.toContain('a bug in the gateway');
    expect(await one.stop()).toBe(0);
  });

  test('stalls in the middle of its body is told so when total_timeout is over', async () => {
    const one = await start({ timeout: { total_timeout: '200ms' } });
    const connection = await open(one.url);
    await connection.write('POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"mo');
    const answer: RawAnswer = await connection.answer();
    expect(answer.status).toBe(408);
    expect((await answer.json()).error.code).toBe('total_timeout');
    connection.leave();
    expect(await one.stop()).toBe(0);
  });

  test('names a model of 300 kB does not get it into the log', async () => {
    const { answer, line } = await ask('x'.repeat(300_000));
    expect(answer.status).toBe(404);
    expect(line.alias.length).toBeLessThan(300);
  });

  test('sends bytes that are no UTF-8 is told so', async () => {
    const body = Buffer.concat([
      Buffer.from('{"model":"one/x","messages":[],"x":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: new Uint8Array(body) });
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.message).toContain('UTF-8');
    const replacement = await send(`${gateway.url}/v1/chat/completions`, {
      body: { model: 'one/x', messages: [{ role: 'user', content: '\uFFFD' }] },
    });
    expect(replacement.status).toBe(200);
  });

  test.each([
    ['198.51.100.7:5555', '198.51.100.7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
  ])('comes through a proxy that writes %s is %s', async (entry, address) => {
    const { line } = await ask('one', {}, { headers: { 'x-forwarded-for': entry } });
    expect(line.client_ip).toBe(address);
  });

  test('breaks its JSON is told what the parser expected', async () => {
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: '{"model":"a"' });
    expect((await answer.json()).error.message).toContain("Expected '}'");
  });
});

test("a backend's own total_timeout that is over keeps it from being tried", async () => {
  const one = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url, timeout: { first_byte_timeout: '300ms' } },
        { name: 'second', url: second.url, timeout: { total_timeout: '100ms' } },
      ],
      models: {
        m: {
          routes: [
            { backend: 'first', model: 'a', priority: 1 },
            { backend: 'second', model: 'c', priority: 2 },
          ],
        },
      },
    },
  });
  first.script(stall());
  const answer = await send(`${one.url}/v1/chat/completions`, { body: { model: 'm', messages: MESSAGES } });
  expect(answer.status).toBe(504);
  const { error } = await answer.json();
  expect(error.code).toBe('first_byte_timeout');
  expect(error.message).not.toContain('second');
  await one.stop();
});

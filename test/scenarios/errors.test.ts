import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { open, send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, closeBeforeAnswer, json, raw, sse, stall, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const FIRST_KEY = 'sk-first-0123456789abcdef';
const MESSAGES = [{ role: 'user', content: 'Hello' }];
/** 0.01 MiB, rounded down. */
const MAX_BODY_BYTES = Math.floor(0.01 * 1024 * 1024);

let first: Upstream;
let second: Upstream;
/** Without cooldowns. */
let gateway: Gateway;
/** With cooldowns, and refusing where all routes cool down. */
let cooling: Gateway;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('1'));
  second = await startUpstream(chatAnswer('2'));
  const closedPort = await findFreePort();
  const backends = [
    { name: 'first', url: first.url, api_key: FIRST_KEY },
    { name: 'second', url: second.url },
    { name: 'closed', url: `http://127.0.0.1:${closedPort}/v1` },
  ];
  const routes = (...names: string[]) => ({
    routes: names.map((backend, index) => ({ backend, model: `${backend}-model`, priority: index + 1 })),
  });
  const models = {
    one: routes('first'),
    pair: routes('first', 'second'),
    closed: routes('closed'),
    'first-then-closed': routes('first', 'closed'),
    'closed-then-second': routes('closed', 'second'),
    hasty: { ...routes('first'), timeout: { first_byte_timeout: '50ms' } },
    limited: { ...routes('first'), timeout: { total_timeout: '50ms' } },
    'first-then-hasty': { ...routes('first', 'second'), timeout: { first_byte_timeout: '50ms' } },
    disabled: { ...routes('first'), enabled: false },
    unroutable: { routes: [{ backend: 'first', model: 'x', enabled: false }] },
    rescue: routes('second'),
    leads: routes('first'),
    'gpt-4o': routes('first'),
    'claude-sonnet': routes('first'),
  };
  const common = { proxy_api_key: KEY, backends, server: { max_body_mb: 0.01 } };
  const fallback = { max_retries: 0, backoff_initial: '1ms', alias_fallback: { leads: ['rescue'] } };
  [gateway, cooling] = await Promise.all([
    startGateway({ config: { ...common, models, fallback: { ...fallback, cooldown_seconds: 0 } } }),
    startGateway({
      config: {
        ...common,
        models: { 'one/*': { routes: [{ backend: 'first', model: '*' }] }, 'two/*': twoOf() },
        fallback: { ...fallback, alias_fallback: {}, cooldown_seconds: 100, when_all_cooling: 'reject' },
      },
    }),
  ]);
});

function twoOf() {
  return {
    routes: [
      { backend: 'first', model: '*', priority: 1 },
      { backend: 'second', model: '*', priority: 2 },
    ],
  };
}

beforeEach(() => {
  first.script(chatAnswer('1'));
  second.script(chatAnswer('2'));
});

afterAll(async () => {
  await settled(first, second);
  await Promise.all([gateway, cooling].map((one) => one.stop()));
  await Promise.all([first, second].map((upstream) => upstream.stop()));
});

interface Got {
  readonly answer: RawAnswer;
  readonly text: string;
  readonly error: Json;
}

async function post(options: SendOptions, { at = gateway, path = '/v1/chat/completions' } = {}): Promise<Got> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...options.headers };
  const answer = await send(`${at.url}${path}`, { method: 'POST', ...options, headers });
  const { text, ending } = await answer.whole();
  expect(ending).toBe('complete');
  return { answer, text, error: text.startsWith('{') ? JSON.parse(text).error : undefined };
}

const ask = (model: string, more: object = {}, at = gateway): Promise<Got> =>
  post({ body: { model, messages: MESSAGES, ...more } }, { at });

/** The shape of every error that the gateway itself makes. */
function expectShape({ answer, text }: Got, code: string): void {
  expect(answer.headers['content-type']).toContain('application/json');
  const { error, ...more } = JSON.parse(text);
  expect(more).toEqual({});
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
  expect(error).toMatchObject({ code, message: expect.stringMatching(/\w+.*\./s), type: expect.any(String) });
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(FIRST_KEY);
}

describe('a body over max_body_mb', () => {
  const ofSize = (bytes: number): string => {
    const frame = JSON.stringify({ model: 'one', messages: [{ role: 'user', content: '' }] });
    return frame.replace('""', JSON.stringify('x'.repeat(bytes - frame.length)));
  };

  test('with a length: 413; at the limit it is served', async () => {
    const got = await post({ body: ofSize(MAX_BODY_BYTES + 1) });
    expect(got.answer.status).toBe(413);
    expectShape(got, 'body_too_large');
    expect(got.error).toMatchObject({ type: 'invalid_request_error', message: expect.stringContaining('max_body_mb') });
    expect((await post({ body: ofSize(MAX_BODY_BYTES) })).answer.status).toBe(200);
  });

  test('its end is not waited for', async () => {
    const connection = await open(gateway.url);
    const fields = `host: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json`;
    await connection.write(`POST /v1/chat/completions HTTP/1.1\r\n${fields}\r\ncontent-length: 999999999\r\n\r\n{`);
    const answer = await connection.answer();
    expect(answer.status).toBe(413);
    connection.leave();
  });

  test('in chunks: 413, and at the limit it is served', async () => {
    for (const [bytes, expected] of [
      [MAX_BODY_BYTES + 1, 413],
      [MAX_BODY_BYTES, 200],
    ] as const) {
      const before = first.requests.length;
      const connection = await open(gateway.url);
      const fields = `host: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json`;
      await connection.write(`POST /v1/chat/completions HTTP/1.1\r\n${fields}\r\ntransfer-encoding: chunked\r\n\r\n`);
      const text = ofSize(bytes);
      for (let at = 0; at < text.length; at += 1000) {
        const piece = text.slice(at, at + 1000);
        await connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`).catch(() => undefined);
      }
      await connection.write('0\r\n\r\n').catch(() => undefined);
      const answer = await connection.answer();
      expect(answer.status).toBe(expected);
      if (expected === 413) expect(await answer.json()).toMatchObject({ error: { code: 'body_too_large' } });
      connection.leave();
      expect(first.requests.length - before).toBe(expected === 413 ? 0 : 1);
    }
  });

  test('of a form: 413', async () => {
    const body = `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(MAX_BODY_BYTES)}\r\n--x--`;
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect((await post({ headers, body }, { path: '/v1/audio/transcriptions' })).answer.status).toBe(413);
  });
});

describe('a body that cannot be served', () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['text', 'Hello'],
    ['half an object', '{"model":"one","messages":['],
    ['an object and more', '{"model":"one"} x'],
    ['a comment', '{"model":"one" /* no */}'],
    ['a form', 'model=one&messages=1'],
    ['an array', '[{"model":"one"}]'],
    ['a string', '"one"'],
    ['a number', '1'],
    ['null', 'null'],
  ])('%s: 400, and no backend is asked', async (_name, body) => {
    const before = first.requests.length;
    const got = await post({ body });
    expect(got.answer.status).toBe(400);
    expectShape(got, 'invalid_json');
    expect(got.error).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringMatching(/body.*JSON object/s),
    });
    expect(first.requests).toHaveLength(before);
  });

  test('what is no JSON is not quoted, for it may hold anything', async () => {
    const { text } = await post({ body: '{"model":"one", my-private-text: "sk-live-0123456789abcdef"}' });
    expect(text).not.toContain('my-private-text');
    expect(text).not.toContain('sk-live');
  });

  test.each([
    ['no model', { messages: MESSAGES }, 'missing'],
    ['null', { model: null, messages: MESSAGES }, 'string'],
    ['a number', { model: 4, messages: MESSAGES }, 'string'],
    ['a list', { model: ['one'], messages: MESSAGES }, 'string'],
    ['an object', { model: { name: 'one' }, messages: MESSAGES }, 'string'],
    ['an empty one', { model: '', messages: MESSAGES }, 'empty'],
    ['a model that is only further in', { messages: [{ role: 'user', content: 'x', model: 'one' }] }, 'missing'],
  ])('%s: 400 that names the field', async (_name, body, word) => {
    for (const path of ['/v1/chat/completions', '/v1/embeddings', '/images/generations']) {
      const got = await post({ body }, { path });
      expect(got.answer.status).toBe(400);
      expectShape(got, 'missing_model');
      expect(got.error).toMatchObject({ type: 'invalid_request_error', param: 'model' });
      expect(got.error.message).toContain('`model`');
      expect(got.error.message).toContain(word);
    }
  });

  test('a body that ends before its length: no backend is asked, and the gateway goes on', async () => {
    const before = first.requests.length;
    const connection = await open(gateway.url);
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 500\r\n\r\n{"model":"one"`,
    );
    connection.leave();
    await connection.closed;
    expect((await ask('one')).answer.status).toBe(200);
    expect(first.requests).toHaveLength(before + 1);
  });
});

describe('an alias that is not there', () => {
  test.each(['nothing-like-it', 'ONE', 'first-model', ' one', 'constructor', '__proto__', 'toString'])(
    '%p: 404 model_not_found',
    async (model) => {
      for (const stream of [false, true]) {
        const got = await ask(model, { stream });
        expect(got.answer.status).toBe(404);
        expectShape(got, 'model_not_found');
        expect(got.error).toMatchObject({ type: 'invalid_request_error', param: 'model' });
        expect(got.error.message).toContain(model);
      }
    },
  );

  test('a disabled one is none', async () => {
    const got = await ask('disabled');
    expect(got.answer.status).toBe(404);
    expectShape(got, 'model_not_found');
  });

  test.each([
    ['gpt4o', 'gpt-4o'],
    ['gpt-4', 'gpt-4o'],
    ['GPT-4O', 'gpt-4o'],
    ['claude-sonet', 'claude-sonnet'],
    ['par', 'pair'],
  ])('near names are listed: %s → %s', async (asked, near) => {
    const { error } = await ask(asked);
    expect(error.message).toContain(`\`${near}\``);
  });

  test('a disabled name is not offered', async () => {
    expect((await ask('disable')).error.message).not.toContain('`disabled`');
  });

  test('a name of any length and kind makes a short message', async () => {
    const { answer, error } = await ask('é"\\\n'.repeat(800));
    expect(answer.status).toBe(404);
    expect(error.message.length).toBeLessThan(500);
  });
});

describe('what served is told', () => {
  test('by headers of every answer that a backend had a part in', async () => {
    const { answer } = await ask('one');
    expect(answer.headers).toMatchObject({
      'x-llm-proxy-backend': 'first',
      'x-llm-proxy-model': 'first-model',
      'x-llm-proxy-attempts': '1',
    });
    first.script(status(500));
    expect((await ask('pair')).answer.headers).toMatchObject({
      'x-llm-proxy-backend': 'second',
      'x-llm-proxy-model': 'second-model',
      'x-llm-proxy-attempts': '2',
    });
    expect((await ask('leads')).answer.headers).toMatchObject({
      'x-llm-proxy-backend': 'second',
      'x-llm-proxy-attempts': '2',
    });
    expect((await ask('one')).answer.headers).toMatchObject({
      'x-llm-proxy-backend': 'first',
      'x-llm-proxy-attempts': '1',
    });
  });

  test('and not where none had', async () => {
    for (const got of [await ask('nothing'), await post({ body: '' })]) {
      for (const name of Object.keys(got.answer.headers)) expect(name).not.toStartWith('x-llm-proxy-');
    }
  });
});

describe('when all routes failed', () => {
  const ODD_BODY =
    '{ "error" : {"message":"M\\u00fcll \\/ ü 1.0", "code":null,\n "extra":[1,  2]}, "more": 12345678901234567890 }\n';

  test('the last answer comes byte for byte, with its status and headers', async () => {
    first.script(status(500, { message: 'of the first' }));
    second.script(json(502, ODD_BODY, { 'content-type': 'application/json; odd=1', 'x-request-id': 'req_9' }));
    const { answer, text } = await ask('pair');
    expect(answer.status).toBe(502);
    expect(text).toBe(ODD_BODY);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; odd=1',
      'x-request-id': 'req_9',
      'x-should-retry': 'false',
      'x-llm-proxy-attempts': '2',
    });
  });

  test('also one that is no JSON, and one without a body', async () => {
    first.script(json(503, '<html>busy\r\n</html>', { 'content-type': 'text/html' }));
    const html = await ask('one');
    expect([html.answer.status, html.text]).toEqual([503, '<html>busy\r\n</html>']);
    expect(html.answer.headers['content-type']).toBe('text/html');
    first.script(raw('HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n', { keep: true }));
    const empty = await ask('one');
    expect([empty.answer.status, empty.text]).toEqual([500, '']);
  });

  test('a later failure without an answer does not hide it', async () => {
    first.script(status(429, { message: 'slow down', code: 'rate_limit_exceeded', retryAfter: 7 }));
    const { answer, error } = await ask('first-then-closed');
    expect(answer.status).toBe(429);
    expect(error.message).toBe('slow down');
    expect(answer.headers['retry-after']).toBe('7');
    first.script(json(500, ODD_BODY));
    second.script(stall());
    const silent = await ask('first-then-hasty');
    expect([silent.answer.status, silent.text]).toEqual([500, ODD_BODY]);
  });

  test('nor an earlier one', async () => {
    second.script(json(500, ODD_BODY));
    const { answer, text } = await ask('closed-then-second');
    expect([answer.status, text]).toEqual([500, ODD_BODY]);
  });

  test('a 200 that held an error keeps its 200', async () => {
    const body = '{"error":  {"message":"no","type":"server_error","code":"rate_limit_exceeded"}}';
    first.script(json(200, body));
    const { answer, text } = await ask('one');
    expect([answer.status, text]).toEqual([200, body]);
    expect(answer.headers['x-should-retry']).toBe('false');
  });

  test('a stream that began with an error: that event, with its 200', async () => {
    const error = { error: { message: 'busy', type: 'server_error', code: 503 } };
    first.script(sse([error], { done: false }));
    const { answer, text } = await ask('one', { stream: true });
    expect(answer.status).toBe(200);
    expect(text).toContain(`data: ${JSON.stringify(error)}\n\n`);
    expect(text).not.toContain('[DONE]');
  });

  test('connection refused: 502', async () => {
    for (const stream of [false, true]) {
      const got = await ask('closed', { stream });
      expect(got.answer.status).toBe(502);
      expectShape(got, 'upstream_connection_failed');
      expect(got.error.type).toBe('server_error');
      expect(got.error.message).toMatch(/closed.*connect.*\d+ ms/);
      expect(got.answer.headers['x-should-retry']).toBe('false');
      expect(got.answer.headers['x-llm-proxy-backend']).toBe('closed');
    }
  });

  test('connection broken: 502 with each attempt in short: backend, why, how long', async () => {
    first.script(closeBeforeAnswer());
    second.script(closeBeforeAnswer({ reset: true }));
    const got = await ask('pair');
    expect(got.answer.status).toBe(502);
    expectShape(got, 'upstream_connection_failed');
    expect(got.error.message).toMatch(/first.*closed the connection.*\d+ ms.*second.*closed the connection.*\d+ ms/);
  });

  test('silence: 504 that names the limit', async () => {
    first.script(stall());
    for (const [model, limit] of [
      ['hasty', 'first_byte_timeout'],
      ['limited', 'total_timeout'],
    ] as const) {
      const got = await ask(model);
      expect(got.answer.status).toBe(504);
      expectShape(got, limit);
      expect(got.error.message).toMatch(new RegExp(`first.*${limit}.*\\d+ ms`));
    }
  });

  test('nothing to try: 503 with Retry-After', async () => {
    for (const stream of [false, true]) {
      const got = await ask('unroutable', { stream });
      expect(got.answer.status).toBe(503);
      expectShape(got, 'no_backend_available');
      expect(Number(got.answer.headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  test('an upstream that quotes the key is no way to see it in the gateway’s own errors', async () => {
    first.script(raw(`HTTP/1.1 999 ${FIRST_KEY}\r\nx-key: ${FIRST_KEY}\r\ncontent-length: 0\r\n\r\n`));
    const { text } = await ask('one');
    expect(text).not.toContain(FIRST_KEY);
    expect(text).not.toContain(KEY);
  });
});

describe('x-should-retry', () => {
  test('is not said where the failure is the client’s own to see', async () => {
    first.script(status(400, { code: 'invalid_value' }));
    const { answer } = await ask('pair');
    expect(answer.status).toBe(400);
    expect(answer.headers['x-should-retry']).toBeUndefined();
    expect((await ask('nothing')).answer.headers['x-should-retry']).toBeUndefined();
  });

  test('an upstream’s own passes', async () => {
    first.script(status(400, { headers: { 'x-should-retry': 'true' } }));
    expect((await ask('one')).answer.headers['x-should-retry']).toBe('true');
  });
});

describe('Retry-After', () => {
  let asked = 0;
  const own = (kind: string): string => `${kind}/m${asked++}`;

  test('is on every 429 and 503 that an upstream answered without one', async () => {
    for (const code of [429, 503]) {
      first.script(status(code));
      for (const at of [gateway, cooling]) {
        const { answer } = await ask(at === gateway ? 'one' : own('one'), {}, at);
        expect(answer.status).toBe(code);
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
    }
  });

  test('of the only route: when it is due back', async () => {
    first.script(status(429, { retryAfter: 42 }));
    expect((await ask(own('one'), {}, cooling)).answer.headers['retry-after']).toBe('42');
    first.script(status(503));
    const { answer } = await ask(own('one'), {}, cooling);
    expect(Number(answer.headers['retry-after'])).toBeWithin(95, 101);
  });

  test('of several: the earliest that one is due back', async () => {
    first.script(status(429, { retryAfter: 20 }));
    second.script(status(429, { retryAfter: 60 }));
    const { answer } = await ask(own('two'), {}, cooling);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeWithin(15, 21);
  });

  test('where all are cooling and `reject` is set: 503, and no backend is asked', async () => {
    first.script(status(429, { retryAfter: 30 }));
    const model = own('one');
    expect((await ask(model, {}, cooling)).answer.status).toBe(429);
    const before = first.requests.length;
    const got = await ask(model, {}, cooling);
    expect(got.answer.status).toBe(503);
    expectShape(got, 'no_backend_available');
    expect(Number(got.answer.headers['retry-after'])).toBeWithin(25, 31);
    expect(first.requests).toHaveLength(before);
  });
});

test('every failure of the gateway is in the log with its code', async () => {
  const traced = async (traceId: string, options: SendOptions): Promise<void> => {
    await post({ ...options, headers: { 'x-trace-id': traceId, ...options.headers } });
  };
  await traced('e-json', { body: 'no' });
  await traced('e-model', { body: {} });
  await traced('e-alias', { body: { model: 'nope' } });
  await traced('e-key', { body: {}, headers: { authorization: 'Bearer no' } });
  await traced('e-method', { method: 'PUT', body: {} });
  await traced('e-refused', { body: { model: 'closed' } });
  await traced('e-none', { body: { model: 'unroutable' } });
  const codes = await eventually(() => {
    const lines = gateway.logs().filter(({ trace_id: id }) => id.startsWith('e-'));
    return (
      lines.length === 7 && Object.fromEntries(lines.map((line) => [line.trace_id, [line.status, line.error_code]]))
    );
  });
  expect(codes).toEqual({
    'e-json': [400, 'invalid_json'],
    'e-model': [400, 'missing_model'],
    'e-alias': [404, 'model_not_found'],
    'e-key': [401, 'invalid_api_key'],
    'e-method': [405, 'method_not_allowed'],
    'e-refused': [502, 'upstream_connection_failed'],
    'e-none': [503, 'no_backend_available'],
  });
});

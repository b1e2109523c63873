import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, chatEvents, sse, status, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const BACKEND_KEY = 'key-of-the-backend-5678';
const CLIENT_KEY = 'key-of-the-client-9012';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const QUESTION = { messages: [{ role: 'user', content: 'Hello' }] };

let upstream: Upstream;
/** With a key of its own; behind no proxy. */
let guarded: Gateway;
/** Without any key of its own, told the client's address by trusted proxies. */
let behind: Gateway;
/** Without any key of its own, sends addresses and trusts nobody. */
let direct: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const config = {
    backends: [
      { name: 'keyed', url: upstream.url, api_key: BACKEND_KEY },
      { name: 'keyless', url: upstream.url },
    ],
    models: {
      keyed: { routes: [{ backend: 'keyed', model: 'x' }] },
      keyless: { routes: [{ backend: 'keyless', model: 'x' }] },
    },
    fallback: { cooldown_seconds: 0, max_retries: 0 },
  };
  [guarded, behind, direct] = await Promise.all([
    startGateway({ config: { ...config, proxy_api_key: KEY } }),
    startGateway({
      config: { ...config, proxy: { forward_client_ip: true, trusted_proxies: ['127.0.0.0/8', '10.0.0.0/8', '::1'] } },
    }),
    startGateway({ config: { ...config, proxy: { forward_client_ip: true } } }),
  ]);
});

beforeEach(() => upstream.script(chatAnswer('ok')));

afterAll(async () => {
  await settled(upstream);
  await Promise.all([guarded, behind, direct].map((gateway) => gateway.stop()));
  await upstream.stop();
});

type Headers = Record<string, string>;

interface Asked {
  readonly answer: RawAnswer;
  readonly text: string;
  /** What the upstream got, if it was asked. */
  readonly seen: SeenRequest | undefined;
}

async function ask(gateway: Gateway, headers: Headers, more: object = {}): Promise<Asked> {
  return request(gateway, '/v1/chat/completions', { headers, body: { model: 'keyed', ...QUESTION, ...more } });
}

async function request(gateway: Gateway, path: string, options: SendOptions = {}): Promise<Asked> {
  const before = upstream.requests.length;
  const answer = await send(`${gateway.url}${path}`, options);
  const { text, ending } = await answer.whole();
  expect(ending).toBe('complete');
  return { answer, text, seen: upstream.requests.slice(before).at(-1) };
}

/** The log line with this trace ID. */
function logged(gateway: Gateway, traceId: string): Promise<Json> {
  return eventually(() => gateway.logs().find((line) => line.trace_id === traceId));
}

const withKey = (headers: Headers = {}): Headers => ({ authorization: `Bearer ${KEY}`, ...headers });

describe('the key of the gateway', () => {
  test.each([
    ['Authorization: Bearer', { Authorization: `Bearer ${KEY}` }],
    ['authorization: bearer', { authorization: `bearer ${KEY}` }],
    ['x-api-key', { 'X-Api-Key': KEY }],
    ['api-key', { 'api-key': KEY }],
    ['x-goog-api-key', { 'x-goog-api-key': KEY }],
    // SDKs that were given a key for both.
    ['two of them, one right', { authorization: 'Bearer something-else', 'x-api-key': KEY }],
  ] as [string, Headers][])('lets in by %s', async (_name, headers) => {
    const { answer, seen } = await ask(guarded, headers);
    expect(answer.status).toBe(200);
    expect(seen).toBeDefined();
  });

  test.each([
    ['none', {}],
    ['a bare key in Authorization', { authorization: KEY }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
    ['a wrong one', { authorization: `Bearer ${KEY}x` }],
    ['one cut short', { authorization: `Bearer ${KEY.slice(0, -1)}` }],
    ['one of the same length', { authorization: `Bearer ${'x'.repeat(KEY.length)}` }],
    ['another case', { 'x-api-key': KEY.toUpperCase() }],
    ['an empty one', { 'x-api-key': '' }],
    ['the key of the backend', { authorization: `Bearer ${BACKEND_KEY}` }],
    ['the key in another header', { 'x-my-key': KEY }],
    ['the key in a cookie', { cookie: `authorization=${KEY}` }],
  ] as [string, Headers][])('refuses %s with 401', async (_name, headers) => {
    for (const stream of [false, true]) {
      const { answer, text, seen } = await ask(guarded, headers, { stream });
      expect(answer.status).toBe(401);
      expect(answer.headers['content-type']).toContain('application/json');
      const { error } = JSON.parse(text);
      expect(error).toEqual({
        message: expect.stringContaining('Authorization: Bearer'),
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      });
      expect(text).not.toContain(KEY);
      expect(seen).toBeUndefined();
    }
  });

  test('is not asked for what a load balancer asks, but for everything else', async () => {
    for (const path of ['/health', '/healthz', '/readyz']) {
      expect((await request(guarded, path)).answer.status).toBe(200);
    }
    for (const path of ['/v1/models', '/models', '/v1/models/keyed', '/v1/nothing', '/metrics', '/']) {
      expect((await request(guarded, path)).answer.status).toBe(401);
    }
    for (const path of ['/v1/embeddings', '/v1/completions', '/chat/completions', '/v1/audio/speech']) {
      const { answer, seen } = await request(guarded, path, { body: { model: 'keyed', input: 'a' } });
      expect(answer.status).toBe(401);
      expect(seen).toBeUndefined();
    }
  });

  test('a stranger’s body is not waited for', async () => {
    const connection = await open(guarded.url);
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    );
    expect((await connection.answer()).status).toBe(401);
    connection.leave();
  });

  test('a gateway without one is open', async () => {
    expect((await ask(direct, {})).answer.status).toBe(200);
    expect((await ask(direct, { authorization: 'whatever' })).answer.status).toBe(200);
    expect((await request(direct, '/v1/models')).answer.status).toBe(200);
  });
});

describe('keys and backends', () => {
  const CREDENTIALS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];
  const all = (key: string): Headers => ({
    authorization: `Bearer ${key}`,
    'x-api-key': key,
    'api-key': key,
    'x-goog-api-key': key,
  });

  test('a backend gets its own key, never the gateway’s', async () => {
    const { seen } = await ask(guarded, all(KEY));
    expect(seen?.headers['authorization']).toBe(`Bearer ${BACKEND_KEY}`);
    for (const name of CREDENTIALS.slice(1)) expect(seen?.headers[name]).toBeUndefined();
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain(KEY);
  });

  test('a backend without a key gets none while the gateway has one', async () => {
    const mixed = { authorization: `Bearer ${KEY}`, 'x-api-key': CLIENT_KEY, 'x-goog-api-key': KEY };
    for (const headers of [all(KEY), mixed]) {
      const { answer, seen } = await ask(guarded, headers, { model: 'keyless' });
      expect(answer.status).toBe(200);
      for (const name of CREDENTIALS) expect(seen?.headers[name]).toBeUndefined();
      expect(JSON.stringify(seen?.rawHeaders)).not.toContain(KEY);
      expect(JSON.stringify(seen?.rawHeaders)).not.toContain(CLIENT_KEY);
    }
  });

  test('the client’s key never reaches a backend that has its own', async () => {
    const { seen } = await ask(direct, all(CLIENT_KEY));
    expect(seen?.headers['authorization']).toBe(`Bearer ${BACKEND_KEY}`);
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain(CLIENT_KEY);
  });

  test('with neither key configured the client’s own is passed on, as it is', async () => {
    const { seen } = await ask(direct, { authorization: `Bearer ${CLIENT_KEY}` }, { model: 'keyless' });
    expect(seen?.headers['authorization']).toBe(`Bearer ${CLIENT_KEY}`);
    for (const name of CREDENTIALS.slice(1)) {
      const named = await ask(direct, { [name]: CLIENT_KEY }, { model: 'keyless' });
      expect(named.seen?.headers[name]).toBe(CLIENT_KEY);
      expect(named.seen?.headers['authorization']).toBeUndefined();
    }
  });
});

describe('trace IDs', () => {
  test.each(['abc', 'A-Z_a.z-0.9', 'x'.repeat(128)])('one that is sent is kept: %s', async (traceId) => {
    const { answer, seen } = await ask(guarded, withKey({ 'X-Trace-ID': traceId }));
    expect(answer.headers['x-trace-id']).toBe(traceId);
    expect(seen?.headers['x-trace-id']).toBe(traceId);
    expect(await logged(guarded, traceId)).toMatchObject({ status: 200, alias: 'keyed' });
  });

  test.each(['', 'x'.repeat(129), 'two words', 'semi;colon', 'sla/sh', '"quoted"', 'ünï'])(
    'one that is not fit is replaced: %p',
    async (traceId) => {
      const { answer, seen } = await ask(guarded, withKey({ 'X-Trace-ID': traceId }));
      const made = answer.headers['x-trace-id'] ?? '';
      expect(made).toMatch(UUID);
      expect(seen?.headers['x-trace-id']).toBe(made);
      expect(await logged(guarded, made)).toMatchObject({ status: 200 });
    },
  );

  test('without one, each request gets its own', async () => {
    const first = await ask(guarded, withKey());
    const second = await ask(guarded, withKey());
    expect(first.answer.headers['x-trace-id']).toMatch(UUID);
    expect(second.answer.headers['x-trace-id']).toMatch(UUID);
    expect(first.answer.headers['x-trace-id']).not.toBe(second.answer.headers['x-trace-id']);
  });

  test('is on streams, and on the upstream’s errors', async () => {
    upstream.script(streamOf('a b'));
    const stream = await ask(guarded, withKey({ 'x-trace-id': 'stream-1' }), { stream: true });
    expect(stream.answer.headers['x-trace-id']).toBe('stream-1');
    expect(stream.seen?.headers['x-trace-id']).toBe('stream-1');
    expect(await logged(guarded, 'stream-1')).toMatchObject({ stream: true });
    upstream.script(status(400));
    const failed = await ask(guarded, withKey({ 'x-trace-id': 'failed-1' }));
    expect(failed.answer.status).toBe(400);
    expect(failed.answer.headers['x-trace-id']).toBe('failed-1');
    expect(await logged(guarded, 'failed-1')).toMatchObject({ status: 400 });
  });

  test.each([
    ['/health', 'GET', 200],
    ['/healthz', 'GET', 200],
    ['/readyz', 'GET', 200],
    ['/v1/models', 'GET', 200],
    ['/v1/models/unknown', 'GET', 404],
    ['/v1/unknown', 'GET', 404],
    ['/v1/chat/completions', 'GET', 405],
    ['/v1/models', 'DELETE', 405],
    ['/v1/chat/completions', 'POST', 400],
  ] as const)('is on the answer of %s %s: %i', async (path, method, code) => {
    const headers = withKey({ 'x-trace-id': 'mine.1' });
    const body = method === 'POST' ? 'no json' : undefined;
    const { answer } = await request(guarded, path, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBe(code);
    expect(answer.headers['x-trace-id']).toBe('mine.1');
    const made = await request(guarded, path, { method, headers: withKey(), ...(body === undefined ? {} : { body }) });
    expect(made.answer.headers['x-trace-id']).toMatch(UUID);
  });

  test('is on a 401', async () => {
    const { answer } = await ask(guarded, { 'x-trace-id': 'stranger' });
    expect(answer.status).toBe(401);
    expect(answer.headers['x-trace-id']).toBe('stranger');
    expect(await logged(guarded, 'stranger')).toMatchObject({ status: 401, error_code: 'invalid_api_key' });
  });

  test('an upstream cannot change it', async () => {
    upstream.script({
      send: (wire) =>
        wire.write(
          'HTTP/1.1 200 OK\r\nx-trace-id: forged\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
        ),
    });
    const { answer } = await ask(guarded, withKey({ 'x-trace-id': 'kept' }));
    expect(answer.headers['x-trace-id']).toBe('kept');
  });

  test('x-request-id of the upstream passes through; without one it is the trace ID', async () => {
    const without = await ask(guarded, withKey({ 'x-trace-id': 'trace-2' }));
    expect(without.answer.headers['x-request-id']).toBe('trace-2');
    upstream.script(sse(chatEvents('a'), { headers: { 'x-request-id': 'req_of_stream' } }));
    const stream = await ask(guarded, withKey(), { stream: true });
    expect(stream.answer.headers['x-request-id']).toBe('req_of_stream');
    upstream.script(status(400, { headers: { 'x-request-id': 'req_of_error' } }));
    expect((await ask(guarded, withKey())).answer.headers['x-request-id']).toBe('req_of_error');
    const refused = await ask(guarded, { 'x-trace-id': 'trace-3' });
    expect(refused.answer.headers['x-request-id']).toBe('trace-3');
  });
});

describe('the address of the client', () => {
  const forwarded = async (gateway: Gateway, sent?: string): Promise<{ up: string | undefined; log: string }> => {
    const traceId = crypto.randomUUID();
    const headers = { ...(sent === undefined ? {} : { 'x-forwarded-for': sent }), 'x-trace-id': traceId };
    const { seen, answer } = await ask(gateway, gateway === guarded ? withKey(headers) : headers);
    expect(answer.status).toBe(200);
    return { up: seen?.headers['x-forwarded-for'], log: (await logged(gateway, traceId)).client_ip };
  };

  test('forward_client_ip: false sends none, whatever the client says', async () => {
    expect(await forwarded(guarded)).toEqual({ up: undefined, log: '127.0.0.1' });
    expect(await forwarded(guarded, '203.0.113.7')).toEqual({ up: undefined, log: '127.0.0.1' });
  });

  test('true sends the socket’s address alone; a spoofed header does not count', async () => {
    expect(await forwarded(direct)).toEqual({ up: '127.0.0.1', log: '127.0.0.1' });
    expect(await forwarded(direct, '203.0.113.7, 127.0.0.1')).toEqual({ up: '127.0.0.1', log: '127.0.0.1' });
  });

  test('the chain of a trusted proxy goes up with the peer appended', async () => {
    expect((await forwarded(behind, '198.51.100.9, 10.1.2.3')).up).toBe('198.51.100.9, 10.1.2.3, 127.0.0.1');
    expect((await forwarded(behind)).up).toBe('127.0.0.1');
  });

  test.each([
    ['198.51.100.9', '198.51.100.9'],
    // What the client itself wrote stands left of what the proxies saw.
    ['1.1.1.1, 198.51.100.9', '198.51.100.9'],
    ['1.1.1.1, 198.51.100.9, 10.1.2.3', '198.51.100.9'],
    ['198.51.100.9,10.1.2.3,127.0.0.9', '198.51.100.9'],
    ['2001:db8::7, ::1', '2001:db8::7'],
  ])('of the chain %p the right-most untrusted entry is the client', async (chain, client) => {
    expect((await forwarded(behind, chain)).log).toBe(client);
  });

  test.each([undefined, '', 'unknown', 'evil\tentry', '10.1.2.3, 10.9.9.9'])(
    'a chain that tells nothing leaves a trusted address: %p',
    async (chain) => {
      expect((await forwarded(behind, chain)).log).toMatch(/^(127|10)\./);
    },
  );

  test('a repeated header is one chain', async () => {
    const connection = await open(behind.url);
    const bytes = requestBytes(`${behind.url}/v1/chat/completions`, {
      headers: { 'X-Forwarded-For': '1.1.1.1', 'x-forwarded-for': '198.51.100.9', 'x-trace-id': 'twice' },
      body: { model: 'keyed', ...QUESTION },
    });
    await connection.write(bytes);
    await (await connection.answer()).whole();
    connection.leave();
    expect((await logged(behind, 'twice')).client_ip).toBe('198.51.100.9');
    expect(upstream.requests.at(-1)?.headers['x-forwarded-for']).toBe('1.1.1.1, 198.51.100.9, 127.0.0.1');
  });
});

describe('headers', () => {
  test('the client’s reach the upstream, open lists as they are', async () => {
    const { seen } = await ask(guarded, {
      ...withKey(),
      'OpenAI-Beta': 'a=b',
      'User-Agent': 'my-client/1.0',
      'x-stainless-lang': 'js',
      'Idempotency-Key': 'once',
      'x-custom': 'a, b;c="d"',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    expect(seen?.headers).toMatchObject({
      'openai-beta': 'a=b',
      'user-agent': 'my-client/1.0',
      'x-stainless-lang': 'js',
      'idempotency-key': 'once',
      'x-custom': 'a, b;c="d"',
      'content-type': 'application/json',
      host: `127.0.0.1:${upstream.port}`,
    });
    // The trace of a client is no business of a provider.
    expect(seen?.headers).not.toHaveProperty('traceparent');
    expect(seen?.headers['content-length']).toBe(String(seen?.body.length));
  });

  test('without hop-by-hop ones, those that Connection lists, and cookies', async () => {
    const { answer, seen } = await ask(guarded, {
      ...withKey(),
      connection: 'keep-alive, X-Only-Here, x-also',
      'keep-alive': 'timeout=9',
      'x-only-here': 'secret of the hop',
      'X-Also': '1',
      'proxy-authorization': 'Basic cHJveHk6c2VjcmV0',
      'proxy-connection': 'keep-alive',
      te: 'trailers',
      trailer: 'x-sum',
      upgrade: 'h2c',
      cookie: 'session=private',
      'x-stays': 'yes',
    });
    expect(answer.status).toBe(200);
    expect(seen?.headers['x-stays']).toBe('yes');
    const names = ['keep-alive', 'x-only-here', 'x-also', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'];
    for (const name of [...names, 'upgrade', 'cookie']) expect(seen?.headers[name]).toBeUndefined();
    expect(seen?.headers['connection'] ?? '').not.toContain('x-');
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain('private');
  });

  test('a Connection header cannot take away what the gateway sets', async () => {
    const { seen } = await ask(
      guarded,
      withKey({ connection: 'authorization, x-trace-id, content-type', 'x-trace-id': 't' }),
    );
    expect(seen?.headers).toMatchObject({
      authorization: `Bearer ${BACKEND_KEY}`,
      'x-trace-id': 't',
      'content-type': 'application/json',
    });
  });

  test('a JSON body without a content type is said to be JSON', async () => {
    const from = upstream.requests.length;
    const body = '{"model":"keyed","messages":[]}';
    await (await send(`${guarded.url}/v1/chat/completions`, { headers: withKey(), body })).whole();
    expect(upstream.requests[from]?.headers['content-type']).toBe('application/json');
  });

  const FROM_UPSTREAM = {
    connection: 'keep-alive, X-Private-Hop',
    'keep-alive': 'timeout=5',
    'x-private-hop': 'hop',
    'proxy-authenticate': 'Basic',
    'set-cookie': ['a=1', 'b=2'],
    upgrade: 'h2',
    'openai-processing-ms': '12',
    'x-ratelimit-remaining-requests': '99',
    'x-unknown': 'not on the list',
  };

  test.each([
    ['a plain answer', false],
    ['a stream', true],
  ])('the upstream’s that are listed reach the client: %s', async (_name, stream) => {
    upstream.script(stream ? streamOf('a', { headers: FROM_UPSTREAM }) : status(400, { headers: FROM_UPSTREAM }));
    const { answer } = await ask(guarded, withKey(), { stream });
    expect(answer.headers).toMatchObject({
      'openai-processing-ms': '12',
      'x-ratelimit-remaining-requests': '99',
    });
    for (const name of ['x-private-hop', 'proxy-authenticate', 'set-cookie', 'upgrade', 'x-unknown']) {
      expect(answer.headers[name]).toBeUndefined();
    }
    expect(answer.headers['keep-alive'] ?? '').not.toContain('timeout=5');
    expect(answer.rawHeaders.filter(([name]) => /^(content-length|transfer-encoding)$/i.test(name))).toHaveLength(1);
  });

  test('an encoding or a length that no longer holds is not passed on', async () => {
    const plain = JSON.stringify({
      id: 'x',
      choices: [{ index: 0, message: { role: 'assistant', content: 'zipped' } }],
    });
    const zipped = Bun.gzipSync(plain);
    upstream.script({
      send: async (wire) => {
        const head = `content-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${zipped.length}`;
        await wire.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`);
        await wire.write(zipped);
      },
    });
    const { answer, text } = await ask(guarded, withKey({ 'accept-encoding': 'gzip' }));
    expect(text).toBe(plain);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-length']).toBe(String(plain.length));
  });
});

// A backend's redirect is neither followed, which would take its key elsewhere, nor passed on, for a client would follow
// it with the gateway's key and the prompt. Nor is any other status that is no answer.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold, json, raw, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const CHAT = { messages: [{ role: 'user', content: 'Hello' }] };
const STATUSES = [300, 301, 302, 303, 304, 305, 307, 308, 399];

let first: Upstream;
let second: Upstream;
let elsewhere: Upstream;
let gateway: Gateway;

const DIALECTS = ['openai', 'openai-responses', 'anthropic', 'gemini'];

beforeAll(async () => {
  [first, second, elsewhere] = (await Promise.all([1, 2, 3].map(() => startUpstream(chatAnswer('ok'))))) as [
    Upstream,
    Upstream,
    Upstream,
  ];
  const origin = `http://127.0.0.1:${first.port}`;
  const clouds = [
    { name: 'bedrock', vendor: 'bedrock', url: origin, region: 'eu-west-1', api_key: 'key-of-bedrock-1' },
    { name: 'azure', vendor: 'azure', url: origin, api_version: '2024-10-21', api_key: 'key-of-azure-1' },
    {
      name: 'vertex',
      vendor: 'vertex',
      protocol: 'anthropic',
      url: origin,
      project: 'own',
      location: 'eu',
      api_key: 'token-of-vertex-2',
    },
  ];
  const plain = DIALECTS.map((protocol) => ({
    name: protocol,
    protocol,
    url: `${origin}/v1`,
    api_key: 'key-of-first-1',
  }));
  const backends = [...plain, ...clouds];
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: [...backends, { name: 'second', url: second.url, api_key: 'key-of-second-2' }],
      models: {
        pair: {
          routes: [
            { backend: 'openai', model: 'm' },
            { backend: 'second', model: 'm', priority: 2 },
          ],
        },
        ...Object.fromEntries(backends.map(({ name }) => [name, { routes: [{ backend: name, model: 'm' }] }])),
      },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
});

function redirect(status: number) {
  const to = `http://127.0.0.1:${elsewhere.port}/stolen`;
  return raw(`HTTP/1.1 ${status} Elsewhere\r\nlocation: ${to}\r\nrefresh: 0; url=${to}\r\ncontent-length: 2\r\n\r\n{}`);
}

beforeEach(() => {
  second.script(({ json: body }) =>
    body.stream === true ? streamOf('from the second') : chatAnswer('from the second'),
  );
});

afterEach(() => expect(elsewhere.requests).toEqual([]));

afterAll(async () => {
  await settled(first, second, elsewhere);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop(), elsewhere.stop()]);
});

describe.each(STATUSES)('a %d', (status) => {
  test.each([
    ['a plain answer', false],
    ['a stream', true],
  ])('instead of %s fails over', async (_what, stream) => {
    first.script(redirect(status));
    const from = first.requests.length;
    const answer = await send(`${gateway.url}/v1/chat/completions`, {
      headers: AUTHORIZED,
      body: { model: 'pair', stream, ...CHAT },
    });
    const { text } = await answer.whole();
    expect(answer.status).toBe(200);
    expect(text).toContain('second');
    expect(answer.headers['x-llm-proxy-backend']).toBe('second');
    expect(answer.headers['location']).toBeUndefined();
    expect(first.requests.length).toBe(from + 1);
  });

  test.each(
    [...DIALECTS, 'bedrock', 'azure', 'vertex'].flatMap(
      (backend) =>
        [
          [backend, false],
          [backend, true],
        ] as const,
    ),
  )('of %s alone is a broken answer (stream: %p)', async (backend, stream) => {
    first.script(redirect(status));
    const answer = await send(`${gateway.url}/v1/messages`, {
      headers: AUTHORIZED,
      body: { model: backend, max_tokens: 9, stream, ...CHAT },
    });
    const { text } = await answer.whole();
    expect(answer.status).toBe(502);
    expect(text).toContain(`(status_${status})`);
    expect(text).not.toContain('stolen');
    expect(answer.headers['location']).toBeUndefined();
    expect(answer.headers['refresh']).toBeUndefined();
  });

  test.each(['GET', 'DELETE', 'POST'])('to a %s of a kept response is one, too', async (method) => {
    // Only where it is known to be kept is anything done.
    first.script(json(200, { id: 'resp_1', object: 'response', status: 'completed', output: [] }));
    const made = { headers: AUTHORIZED, body: { model: 'openai-responses', input: 'Hello' } };
    await (await send(`${gateway.url}/v1/responses`, made)).whole();
    first.script(redirect(status));
    const path = `/v1/responses/resp_1${method === 'POST' ? '/cancel' : ''}`;
    const answer = await send(gateway.url + path, { method, headers: AUTHORIZED });
    await answer.whole();
    expect(answer.status).toBe(502);
    expect(answer.headers['location']).toBeUndefined();
  });
});

describe.each(['199', '099', '600', '999', '101'])('a status %s', (status) => {
  test.each(['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock', 'azure', 'vertex'])(
    'of %s is no bug of the gateway’s',
    async (backend) => {
      first.script(raw(`HTTP/1.1 ${status} Odd\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}`));
      for (const stream of [false, true]) {
        const answer = await send(`${gateway.url}/v1/messages`, {
          headers: AUTHORIZED,
          body: { model: backend, max_tokens: 9, stream, ...CHAT },
        });
        await answer.whole();
        expect(answer.status).toBe(502);
      }
    },
  );
});

test('once a stream has begun with a comment, a redirect is an error event', async () => {
  const slow = await startGateway({
    config: {
      backends: [{ name: 'one', url: first.url, api_key: 'key-of-first-1' }],
      models: { alone: { routes: [{ backend: 'one', model: 'm' }] } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      stream: { keepalive: '50ms' },
    },
  });
  try {
    const gate = hold(redirect(307));
    first.script(gate);
    const answer = await send(`${slow.url}/v1/chat/completions`, { body: { model: 'alone', stream: true, ...CHAT } });
    await answer.textUntil('keep-alive');
    expect(answer.headers).toMatchObject({ 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' });
    gate.release();
    const { text } = await answer.whole();
    expect(answer.status).toBe(200);
    expect(text).toContain('upstream_broken_answer');
    expect(text).not.toContain('stolen');
  } finally {
    await settled(first);
    await slow.stop();
  }
});

test('neither a health check nor a request for a token follows one', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const account = JSON.stringify({
    type: 'service_account',
    client_email: 'gateway@acme.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `http://127.0.0.1:${first.port}/token`,
  });
  first.script(redirect(307));
  second.script(redirect(307));
  const checking = await startGateway({
    config: {
      backends: [
        {
          name: 'vertex',
          vendor: 'vertex',
          url: `http://127.0.0.1:${first.port}`,
          project: 'own',
          location: 'eu',
          credentials: 'file:account.json',
        },
        { name: 'one', url: second.url, api_key: 'key-of-second-2' },
      ],
      models: { alone: { routes: [{ backend: 'vertex', model: 'm' }] } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      health_check: { enabled: true, interval: '20ms' },
    },
    files: { 'account.json': account },
  });
  try {
    const from = second.requests.length;
    await eventually(() => second.requests.length > from + 1);
    const answer = await send(`${checking.url}/v1/chat/completions`, { body: { model: 'alone', ...CHAT } });
    const told = await answer.json();
    expect(answer.status).toBe(502);
    expect(told.error.message).toContain('token_refused_307');
  } finally {
    await checking.stop();
    await settled(first, second);
    first.script(json(200, {}));
  }
});

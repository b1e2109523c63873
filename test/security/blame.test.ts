import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';

import { send, type RawAnswer } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, closeBeforeAnswer, json, manual, raw, sse, status, type Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type SeenRequest, type Upstream } from '../kit/upstream.ts';

// One client must not be able to take a route away from the others: what it chose itself cools nothing down for them.

const FIRST_KEY = 'sk-first-0000-ab12';
const LONG_SECONDS = 600;

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
/** Gateways by their config: tests that need the same one share it, each with aliases and models of its own. */
const gateways = new Map<string, Gateway>();
const MOST_TESTS = 120;
/** The number of this test, in the names of its aliases and models. */
let n = 0;
let asked = 0;

beforeAll(async () => {
  [first, second] = await Promise.all([startUpstream(chatAnswer('first')), startUpstream(chatAnswer('second'))]);
});

beforeEach(() => {
  n++;
  first.script(chatAnswer('first'));
  second.script(chatAnswer('second'));
});

afterEach(() => settled(first, second));

afterAll(async () => {
  await Promise.all(Array.from(gateways.values(), (one) => one.stop()));
  await Promise.all([first.stop(), second.stop()]);
});

interface Setting {
  /** What the backends have besides their URLs; a key of the gateway's unless told. */
  readonly backend?: object;
  readonly more?: object;
}

async function start({ backend = { api_key: FIRST_KEY }, more = {} }: Setting = {}): Promise<void> {
  const name = JSON.stringify([backend, more]);
  const routes = (model: string) => [
    { backend: 'first', model, priority: 1 },
    { backend: 'second', model, priority: 2 },
  ];
  const aliases = Array.from({ length: MOST_TESTS }, (_, at): [string, object][] => [
    [`pair${at}`, { routes: routes(`m${at}`) }],
    [`alone${at}`, { routes: routes(`m${at}`).slice(0, 1) }],
  ]);
  gateway =
    gateways.get(name) ??
    (await startGateway({
      config: {
        backends: [
          { name: 'first', url: first.url, ...backend },
          { name: 'second', url: second.url, ...backend },
        ],
        models: { ...Object.fromEntries(aliases.flat()), 'any/*': { routes: routes('*') } },
        fallback: { max_retries: 0, cooldown_seconds: LONG_SECONDS },
        logging: { base_dir: './logs', separate_files: true, console_format: 'json' },
        ...more,
      },
    }));
  gateways.set(name, gateway);
  asked = first.requests.length;
}

/** How often this test has asked the first upstream. */
const firstAsked = (): number => first.requests.length - asked;

interface Asking {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

const MESSAGES = [{ role: 'user', content: 'hi' }];

function ask({ path = '/v1/chat/completions', headers = {}, body = {} }: Asking = {}): Promise<RawAnswer> {
  return send(`${gateway.url}${path}`, { headers, body: { model: `pair${n}`, messages: MESSAGES, ...body } });
}

/** What served it, or tried it last. */
async function servedBy(asking?: Asking): Promise<string> {
  const answer = await ask(asking);
  await answer.whole();
  return answer.headers['x-llm-proxy-backend'] ?? 'none';
}

/** The first upstream answers so to whatever `isAttack` says is one, and well to all others. */
function turnsAway(isAttack: (request: SeenRequest) => boolean, reply: Reply): void {
  first.script((request) => (isAttack(request) ? reply : chatAnswer('first')));
}

/** What the console says of this test's models: lines whose message begins so. */
function said(what: string): Json[] {
  const lines = gateway.stderr().split('\n').slice(0, -1);
  const entries: Json[] = lines.filter((line) => line.includes(what)).map((line) => JSON.parse(line));
  return entries.filter(({ msg, model }) => msg.startsWith(what) && [`m${n}`, '*'].includes(model));
}

/** The request lines of this test's aliases. */
function logged() {
  return gateway.logs().filter(({ alias }) => alias === `pair${n}` || alias === `alone${n}`);
}

const IMAGE = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] };
const has = (text: string) => (request: SeenRequest) => request.text.includes(text);

describe('with the key of the gateway, a route stays for others when a client', () => {
  const page = raw('HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<h1>No</h1', {
    keep: false,
  });
  const attacks: [string, Asking, (request: SeenRequest) => boolean, Reply][] = [
    [
      'names an organisation of its own',
      { headers: { 'openai-organization': 'bogus' } },
      ({ headers }) => headers['openai-organization'] === 'bogus',
      status(401, { code: 'mismatched_organization' }),
    ],
    [
      'names a version of the API that is none',
      { path: '/v1/chat/completions?api-version=1900' },
      ({ path }) => path.includes('api-version'),
      status(404),
    ],
    ['shows an image that the model does not take', { body: { messages: [IMAGE] } }, has('image_url'), status(404)],
    [
      'refers to a file of somebody else',
      { body: { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] } },
      has('file_id'),
      status(403),
    ],
    [
      'uses a tool of the provider that the account lacks',
      { body: { tools: [{ type: 'web_search' }] } },
      has('web_search'),
      status(403),
    ],
    ['asks for a tier that the account lacks', { body: { service_tier: 'priority' } }, has('priority'), status(403)],
    [
      'says what a firewall does not like',
      { body: { messages: [{ role: 'user', content: '<script>' }] } },
      has('<script>'),
      page,
    ],
    [
      'asks for a path that it made up',
      { path: '/v1/audio/bogus' },
      ({ path }) => path.endsWith('/bogus'),
      status(404),
    ],
    [
      'asks for a path that is refused',
      { path: '/v1/images/bogus' },
      ({ path }) => path.endsWith('/bogus'),
      status(403),
    ],
  ];

  test.each(attacks)('%s', async (_, asking, isAttack, reply) => {
    await start();
    turnsAway(isAttack, reply);
    await servedBy(asking);
    expect(await servedBy({ ...asking, path: '/v1/chat/completions', headers: {}, body: {} })).toBe('first');
    // Nor is the operation itself lost to those who ask for it rightly.
    first.script(chatAnswer('first'));
    expect(await servedBy(asking)).toBe('first');
    expect(said('backend cools down')).toEqual([]);
  });

  test.each([
    ['asks for more than is left of the credit', 402],
    ['says what the provider forbids', 403],
    ['asks for what the model has not', 404],
  ])('%s, while others are served', async (_, code) => {
    await start();
    turnsAway(has('attack'), status(code));
    expect(await servedBy()).toBe('first');
    expect(await servedBy({ body: { messages: [{ role: 'user', content: 'attack' }] } })).toBe('second');
    expect(await servedBy()).toBe('first');
  });

  test('has an address that the provider’s country does not serve, where addresses are sent on', async () => {
    await start({ more: { proxy: { forward_client_ip: true } } });
    first.script([status(403), chatAnswer('first')]);
    expect(await servedBy()).toBe('second');
    expect(await servedBy()).toBe('first');
  });

  test.each([
    ['a part of the answer alone', {}, { range: 'bytes=0-9' }],
    ['another form of answer', {}, { accept: 'application/xml' }],
    ['another form of answer in the query', { path: '/v1/chat/completions?alt=proto' }, {}],
  ])('asks for %s', async (_, asking, headers: Record<string, string>) => {
    await start();
    const isAttack = (request: SeenRequest) =>
      request.path.includes('alt=') || Object.entries(headers).some(([name, value]) => request.headers[name] === value);
    turnsAway(isAttack, json(200, 'cut off'));
    await servedBy({ ...asking, headers });
    expect(await servedBy()).toBe('first');
  });

  test('sends more than the server takes, which closes the connection', async () => {
    await start();
    turnsAway(has('attack'), closeBeforeAnswer());
    expect(await servedBy()).toBe('first');
    const content = `attack${'x'.repeat(1024 * 1024)}`;
    expect(await servedBy({ body: { messages: [{ role: 'user', content }] } })).toBe('second');
    expect(await servedBy()).toBe('first');
  });

  test('sends a beta header that the account may not use', async () => {
    const backend = { api_key: FIRST_KEY, protocol: 'anthropic' };
    await start({ backend });
    const error = { type: 'error', error: { type: 'permission_error', message: 'no' } };
    const answer = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    first.script(({ headers }) => (headers['anthropic-beta'] === undefined ? json(200, answer) : json(403, error)));
    second.script(json(200, answer));
    const path = '/v1/messages';
    const body = { max_tokens: 5 };
    await servedBy({ path, body, headers: { 'anthropic-beta': 'x-2099' } });
    expect(await servedBy({ path, body })).toBe('first');
  });

  test('asks a wildcard for a model that does not exist', async () => {
    await start();
    turnsAway(has('ghost'), status(404, { code: 'model_not_found' }));
    expect(await servedBy({ body: { model: 'any/ghost' } })).toBe('second');
    expect(await servedBy({ body: { model: 'any/real' } })).toBe('first');
    // Of the name that does not exist it is remembered.
    const before = firstAsked();
    expect(await servedBy({ body: { model: 'any/ghost' } })).toBe('second');
    expect(firstAsked()).toBe(before);
  });
});

describe('with the key of the gateway, what no client can bring about takes the route away, when a client', () => {
  const own = { type: 'function', function: { name: 'f', parameters: { properties: { url: { type: 'string' } } } } };
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"url":"x"}' } };

  test.each([
    ['says nothing special', 403, {}],
    ['says nothing special', 404, {}],
    ['says nothing special', 402, {}],
    ['has functions and metadata of its own', 403, { body: { tools: [own], metadata: { source: 'x' } } }],
    [
      'tells what its function has answered',
      404,
      {
        body: {
          messages: [
            ...MESSAGES,
            { role: 'assistant', tool_calls: [call] },
            { role: 'tool', content: 'x', tool_call_id: 'c' },
          ],
        },
      },
    ],
    ['writes what SDKs write into every query', 403, { path: '/v1/chat/completions?beta=true' }],
    ['asks for JSON', 404, { headers: { accept: 'application/json', 'user-agent': 'sdk/1' } }],
    ['shows an image, and the key is a wrong one', 401, { body: { messages: [IMAGE] } }],
    ['shows an image, and the quota is used up', 429, { body: { messages: [IMAGE] } }],
  ] as [string, number, Asking][])('%s: %i', async (_, code, asking) => {
    await start();
    first.script([status(code, code === 429 ? { code: 'insufficient_quota' } : {}), chatAnswer('first')]);
    expect(await servedBy(asking)).toBe('second');
    expect(await servedBy()).toBe('second');
    expect(firstAsked()).toBe(1);
  });

  test('is an agent with tools of its own, which are cached', async () => {
    await start({ backend: { api_key: FIRST_KEY, protocol: 'anthropic' } });
    first.script(json(403, { type: 'error', error: { type: 'permission_error', message: 'no' } }));
    const tools = [{ name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }];
    const content = [{ type: 'tool_use', id: 't', name: 'f', input: { url: 'x', file_id: 'y' } }];
    const results = [{ type: 'tool_result', tool_use_id: 't', content: 'z' }];
    const messages = [...MESSAGES, { role: 'assistant', content }, { role: 'user', content: results }];
    await servedBy({ path: '/v1/messages?beta=true', body: { max_tokens: 5, tools, messages } });
    await eventually(() => said('backend cools down').some(({ backend }) => backend === 'first'));
  });
});

describe('an operation cools down by itself', () => {
  test.each([404, 403, 500, 501, 503])('a %i on images leaves chat, embeddings and other media alone', async (code) => {
    await start();
    const images = { path: '/v1/images/generations', body: { prompt: 'a cat' } };
    first.script(({ path }) => (path.endsWith('/images/generations') ? status(code) : chatAnswer('first')));
    expect(await servedBy(images)).toBe('second');
    expect(await servedBy()).toBe('first');
    expect(await servedBy({ path: '/v1/embeddings', body: { input: 'a' } })).toBe('first');
    expect(await servedBy({ path: '/v1/moderations', body: { input: 'a' } })).toBe('first');
    expect(await servedBy({ path: '/v1/audio/speech', body: { input: 'a' } })).toBe('first');
    // It itself rests.
    const before = firstAsked();
    expect(await servedBy(images)).toBe('second');
    expect(firstAsked()).toBe(before);
    const [line] = await eventually(() =>
      said('backend cools down').length === 1 ? said('backend cools down') : false,
    );
    expect(line?.operation).toBe('/images/generations');
  });

  test('one dialect of a backend that has two leaves the other alone', async () => {
    await start({ backend: { api_key: FIRST_KEY, vendor: 'openai' } });
    first.script(({ path }) => (path.endsWith('/responses') ? status(404) : chatAnswer('first')));
    await servedBy({ path: '/v1/responses', body: { input: 'hi', messages: undefined } });
    expect(await servedBy()).toBe('first');
  });

  test('operators see which it is', async () => {
    await start();
    first.script([status(503), chatAnswer('first')]);
    await servedBy({ path: '/v1/images/generations', body: { prompt: 'a cat' } });
    expect(await servedBy()).toBe('first');
    const { backends } = await (await send(`${gateway.url}/admin/backends`)).json();
    const seen = backends[0].models.find(({ model }: { model: string }) => model === `m${n}`);
    expect(seen).toMatchObject({
      model: `m${n}`,
      state: 'cooling',
      operations: [{ operation: '/images/generations', state: 'cooling', last_failure: { failure: '503 overloaded' } }],
    });
    const metrics = await (await send(`${gateway.url}/metrics`)).whole();
    expect(metrics.text).toContain(`llm_proxy_backend_cooling{backend="first",model="m${n}"} 1`);
  });

  test('with nothing but a rested operation left, the others are still served', async () => {
    await start({ more: { fallback: { max_retries: 0, cooldown_seconds: LONG_SECONDS, when_all_cooling: 'reject' } } });
    first.script(({ path }) => (path.endsWith('/speech') ? status(500) : chatAnswer('first')));
    await servedBy({ path: '/v1/audio/speech', body: { model: `alone${n}`, input: 'a' } });
    expect((await ask({ path: '/v1/audio/speech', body: { model: `alone${n}`, input: 'a' } })).status).toBe(503);
    expect((await ask({ body: { model: `alone${n}` } })).status).toBe(200);
  });
});

describe('with the client’s own key', () => {
  const theirs = { authorization: 'Bearer sk-theirs' };
  const replies: [string, Reply, number][] = [
    ['401', status(401, { code: 'invalid_api_key' }), 401],
    ['402', status(402), 402],
    ['403', status(403), 403],
    ['404', status(404), 404],
    ['429', status(429, { retryAfter: 60 }), 429],
    ['no quota', status(429, { code: 'insufficient_quota' }), 429],
  ];

  test.each(replies)('%s is its own: no route rests, and the answer is passed on as it is', async (_, reply, code) => {
    await start({ backend: {} });
    turnsAway(({ headers }) => headers['authorization'] === 'Bearer sk-theirs', reply);
    const refused = await ask({ headers: theirs, body: { model: `alone${n}` } });
    expect(refused.status).toBe(code);
    expect((await refused.json()).error.message).toBe(`upstream said ${code}`);
    await servedBy({ headers: theirs });
    expect(await servedBy({ headers: { authorization: 'Bearer sk-good' } })).toBe('first');
    expect(said('backend cools down')).toEqual([]);
    expect(said('provider refuses')).toEqual([]);
  });

  test('Google’s way to say so passes byte for byte', async () => {
    await start({ backend: { protocol: 'gemini' } });
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
    const refusal = { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details } };
    first.script(json(400, refusal));
    const path = `/v1beta/models/alone${n}:generateContent`;
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
    const answer = await ask({ path, headers: { 'x-goog-api-key': 'AIza-theirs' }, body: { contents } });
    expect([answer.status, await answer.json()]).toEqual([400, refusal]);
    expect(said('backend cools down')).toEqual([]);
  });

  test('nor does the lack of one count', async () => {
    await start({ backend: {} });
    turnsAway(({ headers }) => headers['authorization'] === undefined, status(401));
    await servedBy();
    expect(await servedBy({ headers: theirs })).toBe('first');
  });

  test('a refusal ends nobody’s cooldown', async () => {
    await start({ backend: {} });
    // Half open at once.
    first.script([status(503, { retryAfter: 0 }), status(401), chatAnswer('first')]);
    await servedBy({ headers: theirs });
    expect(await servedBy({ headers: theirs })).toBe('second');
    expect(said('backend is back')).toEqual([]);
    expect(await servedBy({ headers: theirs })).toBe('first');
    await eventually(() => said('backend is back').length === 1);
  });

  test('what is wrong with the backend itself counts', async () => {
    await start({ backend: {} });
    first.script([status(500), chatAnswer('first')]);
    expect(await servedBy({ headers: theirs })).toBe('second');
    expect(await servedBy({ headers: theirs })).toBe('second');
    expect(firstAsked()).toBe(1);
  });
});

/** How the four dialects ask, and where they tell what kind of error it is. */
const DIALECTS = [
  ['openai', '/v1/chat/completions', { messages: MESSAGES }, 'server_error'],
  ['openai-responses', '/v1/responses', { input: 'hi' }, 'server_error'],
  ['anthropic', '/v1/messages', { messages: MESSAGES, max_tokens: 5 }, 'api_error'],
  [
    'gemini',
    '/v1beta/models/ALIAS:generateContent',
    { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    'UNAVAILABLE',
  ],
] as const;

describe('a provider that refuses the key of the gateway', () => {
  const refusals: [string, Reply][] = [
    ['401', status(401, { code: 'invalid_api_key', message: 'Incorrect API key provided' })],
    ['402', status(402, { message: 'Pay first' })],
    ['403', status(403, { message: 'Not in your country' })],
    ['no quota', status(429, { code: 'insufficient_quota', message: 'You exceeded your quota' })],
  ];

  test.each(refusals)('%s is told as 502 provider_refused, and to the operator once', async (_, reply) => {
    await start();
    first.script(reply);
    second.script(reply);
    for (let time = 0; time < 3; time++) {
      const answer = await ask();
      const { error } = await answer.json();
      expect([answer.status, error.code, error.type]).toEqual([502, 'provider_refused', 'server_error']);
      expect(error.message).not.toMatch(/Incorrect|Pay|quota|country/);
      expect(error.message).toMatch(/(?:first|second)\/m\d+ refused the gateway's key or account/);
      expect(answer.headers['x-should-retry']).toBe('false');
    }
    const lines = await eventually(() =>
      said('provider refuses').length === 2 ? said('provider refuses') : undefined,
    );
    expect(lines[0]).toMatchObject({ level: 'error', backend: 'first', key_end: 'ab12', remedy: expect.any(String) });
    expect(gateway.stderr()).not.toContain(FIRST_KEY);
    const metrics = await (await send(`${gateway.url}/metrics`)).whole();
    expect(metrics.text).toContain(`attempts_total{backend="first",model="m${n}",outcome="refused"}`);
    await eventually(() => logged().length === 3);
    expect(logged().at(-1)).toMatchObject({ status: 502, error_code: 'provider_refused' });
  });

  test('rests at the first, and the next route serves', async () => {
    await start();
    first.script(status(401));
    expect(await servedBy()).toBe('second');
    expect(await servedBy()).toBe('second');
    expect(firstAsked()).toBe(1);
  });

  for (const [front, path, body] of DIALECTS) {
    for (const [back] of DIALECTS) {
      const stream = { ...body, ...(front === 'gemini' ? {} : { stream: true }) };
      const streamPath = path.replace('generateContent', 'streamGenerateContent?alt=sse');

      test(`${front} before ${back}: plain, streamed, and streamed late`, async () => {
        const backend = { api_key: FIRST_KEY, protocol: back };
        const fallback = { max_retries: 0, cooldown_seconds: 0 };
        await start({ backend, more: { fallback } });
        const reply = json(401, refusalIn(back));
        first.script(reply);
        const send = (at: string, fields: object) =>
          ask({ path: at.replace('ALIAS', `alone${n}`), body: { model: `alone${n}`, messages: undefined, ...fields } });
        for (const answer of [await send(path, body), await send(streamPath, stream)]) {
          expect(answer.status).toBe(502);
          isProvidersRefusal((await answer.whole()).text);
        }
        await start({ backend, more: { fallback, stream: { keepalive: '50ms' } } });
        const late = manual();
        first.script(late);
        const answer = await send(streamPath, stream);
        expect(answer.status).toBe(200);
        await late.head(401, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
        await late.write(JSON.stringify(refusalIn(back)));
        await late.end();
        const { text } = await answer.whole();
        isProvidersRefusal(text);
        const last = await eventually(() => logged()[0]);
        expect(last).toMatchObject({ status: 502, error_code: 'provider_refused' });
      });
    }
  }

  test('in a stream that begins with it', async () => {
    await start();
    first.script(sse([{ error: { message: 'Incorrect API key', type: 'authentication_error', code: null } }]));
    const answer = await ask({ body: { model: `alone${n}`, stream: true } });
    expect(answer.status).toBe(502);
    expect((await answer.json()).error.code).toBe('provider_refused');
  });

  test('when what it keeps is asked for', async () => {
    await start({ backend: { api_key: FIRST_KEY, protocol: 'openai-responses' } });
    first.script(status(401));
    second.script(status(401));
    const answer = await send(`${gateway.url}/v1/responses/resp_1`);
    expect(answer.status).toBe(502);
    expect((await answer.json()).error.code).toBe('provider_refused');
    expect(said('backend cools down')).toEqual([]);
  });

  test('is not said again and again where some requests are refused and others are not', async () => {
    await start();
    first.script([status(401), chatAnswer('first'), status(401)]);
    for (let time = 0; time < 3; time++) await (await ask({ body: { model: `alone${n}` } })).whole();
    await eventually(() => logged().length === 3);
    await eventually(() => said('provider refuses').length === 1);
  });

  test('what the rules do not route around goes to the client as it is', async () => {
    await start({ more: { detection: { error_codes: ['5xx'] } } });
    first.script(status(401));
    expect((await ask()).status).toBe(401);
  });
});

/** An error of 401 as backends of a dialect write it. */
function refusalIn(back: string): object {
  if (back === 'anthropic')
    return { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } };
  if (back === 'gemini') return { error: { code: 401, status: 'UNAUTHENTICATED', message: 'API key not valid' } };
  return {
    error: {
      message: 'Incorrect API key provided',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
      param: null,
    },
  };
}

function isProvidersRefusal(text: string): void {
  expect(text).toContain('The key of this request is not at fault');
  expect(text).not.toMatch(/Incorrect|invalid|not valid|authentication|UNAUTHENTICATED/);
}

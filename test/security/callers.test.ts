// Whose key lets in, what it is good for, and what it does not open.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const HASHED = 'key-known-by-hash-1234-abc';
const OPERATOR = 'key-of-the-operator-1234';
const ANN = 'key-of-ann-5678-abcdefgh';
const BOB = 'key-of-bob-9012-abcdefgh';
const OFF = 'key-that-is-off-3456-abc';
const OLD = 'key-that-is-old-7890-abc';

const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex');

let upstream: Upstream;
let gateway: Gateway;

const config = (changes: object = {}): object => ({
  proxy_api_key: OPERATOR,
  keys: [
    { name: 'ann', key: ANN, models: ['*'] },
    { name: 'bob', key: BOB, models: ['small', 'vendor/a*', 'vendor/c-1', 'gone'] },
    { name: 'hashed', hash: `sha256:${sha256(HASHED).toUpperCase()}`, models: ['small'] },
    { name: 'off', key: OFF, models: ['*'], enabled: false },
    { name: 'old', key: OLD, models: ['*'], expires_at: '2020-01-31' },
  ],
  backends: [{ name: 'one', url: upstream.url, api_key: 'key-of-the-backend-1234' }],
  models: {
    small: { routes: [{ backend: 'one', model: 's' }] },
    large: { routes: [{ backend: 'one', model: 'l' }] },
    down: { enabled: false, routes: [{ backend: 'one', model: 'd' }] },
    'vendor/*': { list: ['vendor/a-1', 'vendor/b-1'], routes: [{ backend: 'one', model: '*' }] },
  },
  fallback: { alias_fallback: { down: ['large'], small: ['large'] }, cooldown_seconds: 0 },
  ...changes,
});

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({ config: config() });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const QUESTION = [{ role: 'user', content: 'Hello' }];

async function ask(path: string, key: string | undefined, body?: object): Promise<RawAnswer & { readonly body: Json }> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const answer = await send(gateway.url + path, body === undefined ? { headers } : { headers, body });
  const { text } = await answer.whole();
  const isJson = answer.headers['content-type']?.includes('json') === true;
  return Object.assign(answer, { body: isJson ? JSON.parse(text) : text });
}

const chat = (key: string | undefined, model: string) =>
  ask('/v1/chat/completions', key, { model, messages: QUESTION });

describe('a key', () => {
  test.each([
    ['that is not known', 'key-of-nobody-1234', 401, 'invalid_api_key'],
    ['that is missing', undefined, 401, 'invalid_api_key'],
    ['that is switched off', OFF, 403, 'key_disabled'],
    ['whose time is over', OLD, 401, 'key_expired'],
  ])('%s lets nobody in, and the error says why', async (_what, key, status, code) => {
    const before = upstream.requests.length;
    for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/messages', '/v1/embeddings']) {
      const refused = await ask(path, key, { model: 'small', messages: QUESTION, input: 'Hello', max_tokens: 5 });
      expect(refused.status).toBe(status);
      if (path !== '/v1/messages') expect(refused.body.error.code).toBe(code);
    }
    expect((await ask('/v1/models', key)).status).toBe(status);
    expect(upstream.requests.length).toBe(before);
  });

  test.each([
    ['authorization', `Bearer ${ANN}`],
    ['x-api-key', ANN],
    ['api-key', ANN],
    ['x-goog-api-key', ANN],
  ])('is known in %s', async (name, value) => {
    const answer = await send(`${gateway.url}/v1/models`, { headers: { [name]: value } });
    expect([answer.status, (await answer.json()).data.length]).toEqual([200, 4]);
  });

  test('may be configured by its hash alone, which itself opens nothing', async () => {
    const { headers, status } = await chat(HASHED, 'small');
    expect(status).toBe(200);
    const line = await eventually(() => gateway.logs().find((one) => one.trace_id === headers['x-trace-id']));
    expect(line.caller).toBe('hashed');
    expect((await chat(HASHED, 'large')).body.error.code).toBe('model_not_allowed');
    for (const wrong of [sha256(HASHED), `sha256:${sha256(HASHED)}`, `${HASHED}x`])
      expect((await chat(wrong, 'small')).status).toBe(401);
  });

  test('never reaches a backend', async () => {
    await chat(ANN, 'small');
    expect(JSON.stringify(upstream.requests.at(-1)?.rawHeaders)).not.toContain(ANN);
  });

  test('that is good goes before one that no longer is, in whatever header', async () => {
    const headers = { authorization: `Bearer ${OLD}`, 'x-api-key': BOB };
    const answer = await send(`${gateway.url}/v1/models`, { headers });
    expect(answer.status).toBe(200);
    await answer.whole();
  });

  test('is named in the log, and stands nowhere in it', async () => {
    const { headers } = await chat(BOB, 'small');
    const line = await eventually(() => gateway.logs().find((one) => one.trace_id === headers['x-trace-id']));
    expect(line.caller).toBe('bob');
    const refused = await chat(OLD, 'small');
    const later = await eventually(() => gateway.logs().find((one) => one.trace_id === refused.headers['x-trace-id']));
    expect([later.caller, later.error_code]).toEqual(['old', 'key_expired']);
    await ask(`/v1/responses/${BOB}`, BOB);
    await eventually(() => gateway.logs().some(({ path }) => String(path).includes('****')));
    expect(JSON.stringify(gateway.logs())).not.toContain(BOB);
  });
});

describe('the models of a key', () => {
  test.each([
    ['bob', BOB, 'small', 200],
    ['bob', BOB, 'vendor/a-1', 200],
    ['bob', BOB, 'vendor/b-1', 403],
    ['bob', BOB, 'large', 403],
    ['ann', ANN, 'large', 200],
    ['the operator', OPERATOR, 'vendor/b-1', 200],
  ])('%s (%s) asking for %s', async (_who, key, model, status) => {
    const before = upstream.requests.length;
    const answer = await chat(key, model);
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect([answer.body.error.code, answer.body.error.param]).toEqual(['model_not_allowed', 'model']);
    expect(upstream.requests.length).toBe(before);
  });

  test.each([
    ['/v1/messages', { messages: QUESTION, max_tokens: 5 }],
    ['/v1/messages/count_tokens', { messages: QUESTION }],
    ['/v1/responses', { input: 'Hello' }],
    ['/v1/responses/input_tokens', { input: 'Hello' }],
    ['/v1/responses/compact', { input: [] }],
    ['/v1/completions', { prompt: 'Hello' }],
    ['/v1/embeddings', { input: 'Hello' }],
    ['/v1/moderations', { input: 'Hello' }],
    ['/v1/images/generations', { prompt: 'a cat' }],
    ['/v1/audio/speech', { input: 'Hello', voice: 'alloy' }],
    ['/v1/rerank', { query: 'a', documents: ['b'] }],
  ])('count at %s', async (path, body) => {
    const before = upstream.requests.length;
    expect((await ask(path, BOB, { model: 'large', ...body })).status).toBe(403);
    expect(upstream.requests.length).toBe(before);
  });

  test.each([':generateContent', ':streamGenerateContent', ':countTokens', ':embedContent'])(
    'count where the path names the model: %s',
    async (action) => {
      const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
      expect((await ask(`/v1beta/models/large${action}`, BOB, body)).status).toBe(403);
    },
  );

  test('are what a list of models shows, in every dialect, and what a wrong name is near to', async () => {
    const ids = (await ask('/v1/models', BOB)).body.data.map(({ id }: Json) => id);
    expect(ids).toEqual(['small', 'vendor/a-1', 'vendor/c-1']);
    const claude = await send(`${gateway.url}/v1/models`, {
      headers: { 'x-api-key': BOB, 'anthropic-version': '2023-06-01' },
    });
    expect((await claude.json()).data.map(({ id }: Json) => id)).toEqual(['small', 'vendor/a-1', 'vendor/c-1']);
    expect((await ask('/v1beta/models', BOB)).body.models.map(({ name }: Json) => name)).toEqual([
      'models/small',
      'models/vendor/a-1',
      'models/vendor/c-1',
    ]);
    expect((await ask('/v1/models/large', BOB)).status).toBe(403);
    const wrong = await chat(BOB, 'larg');
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([404, expect.not.stringContaining('`large`')]);
    expect((await chat(ANN, 'larg')).body.error.message).toContain('`large`');
  });

  test('are those asked for: a fallback serves whoever may use the alias before it', async () => {
    upstream.script(({ json: sent }) =>
      sent.model === 's'
        ? { send: (wire) => wire.write('HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n') }
        : chatAnswer('ok'),
    );
    const answer = await chat(BOB, 'small');
    upstream.script(chatAnswer('ok'));
    expect([answer.status, answer.headers['x-llm-proxy-model']]).toEqual([200, 'l']);
  });
});

describe('what operators ask for', () => {
  test.each(['/admin/backends', '/admin/status', '/metrics'])('%s opens to `proxy_api_key` alone', async (path) => {
    expect((await ask(path, OPERATOR)).status).toBe(200);
    const refused = await ask(path, ANN);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'endpoint_not_allowed']);
    expect((await ask(path, undefined)).status).toBe(401);
  });

  test('is not done for a caller', async () => {
    expect((await ask('/admin/reload', ANN, {})).status).toBe(403);
  });
});

describe('without `proxy_api_key`', () => {
  test('keys alone close the gateway, and nobody is its operator', async () => {
    const own = await startGateway({ config: config({ proxy_api_key: undefined }) });
    try {
      const get = async (path: string, key?: string) => {
        const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
        const answer = await send(own.url + path, { headers });
        await answer.whole();
        return answer.status;
      };
      expect([await get('/v1/models'), await get('/v1/models', OPERATOR)]).toEqual([401, 401]);
      expect([await get('/v1/models', ANN), await get('/admin/backends', ANN)]).toEqual([200, 403]);
      expect([await get('/metrics', ANN), await get('/health')]).toEqual([403, 200]);
      // Changes count at once.
      own.writeConfig(config({ proxy_api_key: undefined, keys: [{ name: 'bob', key: BOB, models: ['*'] }] }));
      await eventually(async () => (await get('/v1/models', ANN)) === 401);
      expect(await get('/v1/models', BOB)).toBe(200);
      // A list without keys opens nothing.
      own.writeConfig(config({ proxy_api_key: undefined, keys: [] }));
      await eventually(async () => (await get('/v1/models', BOB)) === 401);
      expect(await get('/v1/models')).toBe(401);
    } finally {
      await own.stop();
    }
  });
});

describe('a config', () => {
  const check = async (changes: object): Promise<[unknown, string]> => {
    const child = await spawnGateway({ config: config(changes), args: ['check'] });
    const code = await child.exited;
    const said = child.stdout() + child.stderr();
    await child.stop();
    return [code, said];
  };

  const key = { name: 'ann', key: ANN, models: ['*'] };

  test.each([
    ['two keys of one name', [key, { ...key, key: BOB }], 'keys[1].name: duplicate key name "ann"'],
    ['one secret twice', [key, { ...key, name: 'bob' }], 'keys[1].key: is the same key as keys[0]'],
    ['the secret of `proxy_api_key`', [{ ...key, key: OPERATOR }], 'keys[0].key: is the same key as proxy_api_key'],
    ['a name that is taken', [{ ...key, name: 'proxy' }], 'keys[0].name: cannot be "proxy"'],
    ['a name that is one', [{ ...key, name: 'a b' }], 'keys[0].name: cannot be'],
    ['neither a key nor its hash', [{ name: 'ann', models: ['*'] }], 'keys[0].key: is missing'],
    ['a key and a hash', [{ ...key, hash: `sha256:${sha256(BOB)}` }], 'keys[0].hash: cannot stand beside key'],
    ['a hash that is none', [{ ...key, key: undefined, hash: BOB }], 'keys[0].hash: cannot be'],
    [
      'the hash of another key',
      [key, { name: 'bob', hash: `sha256:${sha256(ANN)}`, models: ['*'] }],
      'keys[1].hash: is the same key as keys[0]',
    ],
    ['no models', [{ name: 'ann', key: ANN }], 'keys[0].models: is missing'],
    ['an empty list', [{ ...key, models: [] }], 'keys[0].models: is an empty list'],
    ['a star in the middle', [{ ...key, models: ['a*b'] }], 'keys[0].models[0]: cannot be'],
    ['a day that is none', [{ ...key, expires_at: '2027-02-31x' }], 'keys[0].expires_at: cannot be'],
    ['an unknown key', [{ ...key, rqs: 5 }], 'keys[0].rqs: unknown key'],
  ])('with %s is refused', async (_what, keys, words) => {
    const [code, said] = await check({ keys });
    expect([code, said]).toEqual([1, expect.stringContaining(words)]);
    for (const secret of [ANN, BOB, OPERATOR]) expect(said).not.toContain(secret);
  });

  test('in which a caller holds the key of a backend is warned of, and so is a model that does not exist', async () => {
    const [code, said] = await check({ keys: [{ ...key, key: 'key-of-the-backend-1234', models: ['smal'] }] });
    expect(code).toBe(0);
    expect(said).toContain('keys[0].key: is also the key of the backend "one"');
    expect(said).toContain('unknown alias "smal" (did you mean "small"?)');
    expect(said).not.toContain('key-of-the-backend-1234');
  });

  test('may not have a secret for its ids that a client knows', async () => {
    const long = 'a-key-of-more-than-32-characters-0123';
    const [code, said] = await check({ keys: [{ ...key, key: long }], server: { secret: long } });
    expect([code, said]).toEqual([1, expect.stringContaining('server.secret: is the same as keys[0]')]);
  });

  test('may not have a short secret for its ids', async () => {
    const [code, said] = await check({ server: { secret: 'short-secret-value' } });
    expect([code, said]).toEqual([1, expect.stringContaining('server.secret: cannot be this text (at least 32')]);
  });
});

// What opens the paths of operators, and from where.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const ADMIN = 'key-of-the-admin-1234-abc';
const PROXY = 'key-of-the-application-56';
const ANN = 'key-of-ann-5678-abcdefgh';
const CHAT = { model: 'small', messages: [{ role: 'user', content: 'Hello' }] };
const FOR_OPERATORS = ['/admin/backends', '/admin/status', '/metrics'];

let upstream: Upstream;
const gateways: Gateway[] = [];

const config = (changes: object = {}): object => ({
  proxy_api_key: PROXY,
  admin: { api_key: ADMIN },
  keys: [{ name: 'ann', key: ANN, models: ['*'] }],
  backends: [{ name: 'one', url: upstream.url }],
  models: { small: { routes: [{ backend: 'one', model: 's' }] } },
  fallback: { cooldown_seconds: 0 },
  ...changes,
});

const OPEN = { proxy_api_key: undefined, keys: undefined };

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});

afterEach(async () => {
  for (const gateway of gateways.splice(0)) expect(await gateway.stop()).toBe(0);
});

afterAll(() => upstream.stop());

async function started(changes: object = {}, files: Record<string, string> = {}): Promise<Gateway> {
  const gateway = await startGateway({ config: config(changes), files });
  gateways.push(gateway);
  return gateway;
}

interface Asked {
  readonly key?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/** The status, the code of the error if it is one, and all that was said. */
async function ask(gateway: Gateway, path: string, { key, headers = {}, body }: Asked = {}) {
  const sent = key === undefined ? headers : { authorization: `Bearer ${key}`, ...headers };
  const answer = await send(gateway.url + path, { headers: sent, ...(body === undefined ? {} : { body }) });
  const { text } = await answer.whole();
  const code: unknown = answer.status < 400 ? undefined : JSON.parse(text).error.code;
  return { status: answer.status, code, text };
}

async function outcome(...asked: Parameters<typeof ask>): Promise<[number, unknown]> {
  const { status, code } = await ask(...asked);
  return [status, code];
}

describe('with an admin key', () => {
  test('it alone opens what is for operators, and a refusal names it', async () => {
    const gateway = await started();
    for (const path of FOR_OPERATORS) {
      expect(await outcome(gateway, path, { key: ADMIN })).toEqual([200, undefined]);
      for (const key of [PROXY, ANN]) {
        const refused = await ask(gateway, path, { key });
        expect([refused.status, refused.code]).toEqual([403, 'endpoint_not_allowed']);
        expect(refused.text).toContain('admin.api_key');
      }
      expect(await outcome(gateway, path, { key: `${ADMIN}x` })).toEqual([401, 'invalid_api_key']);
      expect(await outcome(gateway, path)).toEqual([401, 'invalid_api_key']);
    }
    expect(await outcome(gateway, '/admin/reload', { key: PROXY, body: {} })).toEqual([403, 'endpoint_not_allowed']);
    expect(await outcome(gateway, '/admin/reload', { key: ADMIN, body: {} })).toEqual([200, undefined]);
  });

  test.each(['x-api-key', 'api-key', 'x-goog-api-key'])('it is known in %s', async (name) => {
    const gateway = await started();
    expect(await outcome(gateway, '/admin/status', { headers: { [name]: ADMIN } })).toEqual([200, undefined]);
  });

  test.each([
    ['closed', {}],
    ['open', OPEN],
  ])('it asks for no models of a gateway that is otherwise %s', async (_how, changes) => {
    const gateway = await started(changes);
    const before = upstream.requests.length;
    for (const path of ['/v1/chat/completions', '/v1/embeddings'])
      expect(await outcome(gateway, path, { key: ADMIN, body: CHAT })).toEqual([403, 'endpoint_not_allowed']);
    expect(await outcome(gateway, '/v1/models', { key: ADMIN })).toEqual([403, 'endpoint_not_allowed']);
    expect((await ask(gateway, `/v1beta/models/small:generateContent?key=${ADMIN}`, { body: {} })).status).toBe(403);
    expect(upstream.requests.length).toBe(before);
  });

  test('a gateway that is otherwise open answers operators alone', async () => {
    const gateway = await started(OPEN);
    for (const path of FOR_OPERATORS) {
      expect(await outcome(gateway, path)).toEqual([401, 'invalid_api_key']);
      expect(await outcome(gateway, path, { key: "the-client's-own-key" })).toEqual([401, 'invalid_api_key']);
      expect(await outcome(gateway, path, { key: ADMIN })).toEqual([200, undefined]);
    }
    expect((await ask(gateway, '/v1/chat/completions', { body: CHAT })).status).toBe(200);
  });

  test('metrics that are public stay so', async () => {
    const gateway = await started({ metrics: { public: true } });
    expect((await ask(gateway, '/metrics')).status).toBe(200);
  });

  test('requests with it come through a proxy, too', async () => {
    const gateway = await started();
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    expect((await ask(gateway, '/admin/status', { key: ADMIN, headers })).status).toBe(200);
  });

  test.each([
    ['closed', {}],
    ['open', OPEN],
  ])('wrong ones are counted where the gateway is otherwise %s', async (_how, changes) => {
    const gateway = await started({ ...changes, server: { failed_keys_per_minute: 2 } });
    const statuses: number[] = [];
    for (let at = 0; at < 4; at++) statuses.push((await ask(gateway, '/admin/status', { key: 'wrong' })).status);
    expect(statuses.slice(0, 2)).toEqual([401, 401]);
    expect(statuses).toContain(429);
    expect((await ask(gateway, '/admin/status', { key: ADMIN })).status).toBe(200);
  });

  test('it may stand in a file, is named in the log, and never stands there', async () => {
    const gateway = await started({ admin: { api_key: 'file:admin-key' } }, { 'admin-key': `${ADMIN}\n` });
    expect((await ask(gateway, '/admin/status', { key: ADMIN })).status).toBe(200);
    expect((await ask(gateway, `/v1/responses/${ADMIN}`, { key: ADMIN })).status).toBe(403);
    const line = await eventually(() => gateway.logs().find(({ error_code: code }) => code === 'endpoint_not_allowed'));
    expect(line.caller).toBe('admin');
    expect(JSON.stringify(gateway.logs())).not.toContain(ADMIN);
  });

  test('a reload changes it at once', async () => {
    const gateway = await started();
    const next = 'key-of-the-next-admin-789';
    gateway.writeConfig(config({ admin: { api_key: next } }));
    await eventually(async () => (await ask(gateway, '/admin/status', { key: next })).status === 200);
    expect(await outcome(gateway, '/admin/status', { key: ADMIN })).toEqual([401, 'invalid_api_key']);
  });
});

describe('without an admin key', () => {
  const FORWARDED: [string, Record<string, string>][] = [
    ['X-Forwarded-For', { 'x-forwarded-for': '192.0.2.7' }],
    ['a chain that a client began', { 'x-forwarded-for': '127.0.0.1, 192.0.2.7' }],
    ['a chain of inner proxies', { 'x-forwarded-for': '10.0.0.7' }],
    ['X-Real-IP', { 'x-real-ip': '192.0.2.7' }],
    ['Forwarded', { forwarded: 'for=192.0.2.7' }],
  ];
  const NONE = { admin: {} };

  test.each(FORWARDED)('/admin is closed to what a proxy passed on: %s', async (_what, headers) => {
    const trusts = { proxy: { trusted_proxies: ['127.0.0.0/8', '10.0.0.0/8'] } };
    for (const changes of [NONE, { ...NONE, ...trusts }, { ...NONE, ...OPEN }]) {
      const gateway = await started(changes);
      const refused = await ask(gateway, '/admin/status', { key: PROXY, headers });
      expect([refused.status, refused.code]).toEqual([403, 'endpoint_not_allowed']);
      expect(refused.text).toContain('Set `admin.api_key`');
      // Prometheus runs on other machines.
      expect((await ask(gateway, '/metrics', { key: PROXY, headers })).status).toBe(200);
      expect((await ask(gateway, '/v1/models', { key: PROXY, headers })).status).toBe(200);
    }
  });

  test('/admin opens to `proxy_api_key` from this machine', async () => {
    const gateway = await started(NONE);
    expect((await ask(gateway, '/admin/status', { key: PROXY })).status).toBe(200);
    const headers = { 'x-forwarded-for': '127.0.0.1' };
    expect((await ask(gateway, '/admin/status', { key: PROXY, headers })).status).toBe(200);
    expect(await outcome(gateway, '/admin/status', { key: ANN })).toEqual([403, 'endpoint_not_allowed']);
  });

  test('/admin of a gateway without any key opens from this machine', async () => {
    const gateway = await started({ ...NONE, ...OPEN });
    expect((await ask(gateway, '/admin/status')).status).toBe(200);
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

  test.each([
    ['the secret of `proxy_api_key`', { admin: { api_key: PROXY } }, 'admin.api_key: is the same key as proxy_api_key'],
    ['the secret of a caller', { admin: { api_key: ANN } }, 'keys[0].key: is the same key as admin.api_key'],
    ['a caller of its name', { keys: [{ name: 'admin', key: ANN, models: ['*'] }] }, 'duplicate key name "admin"'],
    ['a key that is too short', { admin: { api_key: 'short' } }, 'admin.api_key: is too short'],
  ])('with %s is refused', async (_what, changes, words) => {
    const [code, said] = await check(changes);
    expect([code, said]).toEqual([1, expect.stringContaining(words)]);
    for (const secret of [ADMIN, PROXY, ANN]) expect(said).not.toContain(secret);
  });

  test('with a key that can be guessed is warned of', async () => {
    const [code, said] = await check({ admin: { api_key: 'guess-it-1' } });
    expect([code, said]).toEqual([0, expect.stringContaining('admin.api_key: is so short that it can be guessed')]);
  });
});

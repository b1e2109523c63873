// A key is rotated under one name: for a while the old one is as good as the new one, and the log tells them apart.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const PROXY = 'key-of-the-application-56';
const ADMIN = 'key-of-the-admin-new-1234';
const OLD_ADMIN = 'key-of-the-admin-old-5678';
const NEW = 'key-of-ann-new-1234-abcde';
const OLD = 'key-of-ann-old-5678-abcde';
const BOB = 'key-of-bob-9012-abcdefgh';
const SECRETS = [PROXY, ADMIN, OLD_ADMIN, NEW, OLD, BOB];
const FUTURE = '2099-01-01T00:00:00Z';
const PAST = '2020-01-31T00:00:00Z';
const CHAT = { messages: [{ role: 'user', content: 'Hello' }] };

const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex');

let upstream: Upstream;
const gateways: Gateway[] = [];

const ann = (previous?: object, changes: object = {}): object => ({
  name: 'ann',
  key: NEW,
  models: ['small'],
  previous,
  ...changes,
});

const config = (changes: object = {}): object => ({
  proxy_api_key: PROXY,
  admin: { api_key: ADMIN },
  keys: [ann({ key: OLD, until: FUTURE }), { name: 'bob', key: BOB, models: ['*'] }],
  backends: [{ name: 'one', url: upstream.url, api_key: 'key-of-the-backend-1234' }],
  models: {
    small: { routes: [{ backend: 'one', model: 's' }] },
    large: { routes: [{ backend: 'one', model: 'l' }] },
  },
  ...changes,
});

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});

afterEach(async () => {
  for (const gateway of gateways.splice(0)) {
    const { dir } = gateway;
    const said = gateway.stdout() + gateway.stderr() + JSON.stringify(gateway.logs()) + (await generalLog(dir));
    for (const secret of SECRETS) expect(said).not.toContain(secret);
    expect(await gateway.stop()).toBe(0);
  }
});

afterAll(() => upstream.stop());

async function generalLog(dir: string): Promise<string> {
  const file = Bun.file(`${dir}/logs/general.log`);
  return (await file.exists()) ? await file.text() : '';
}

async function started(changes: object = {}): Promise<Gateway> {
  const gateway = await startGateway({ config: config(changes) });
  gateways.push(gateway);
  return gateway;
}

interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly message: string;
  readonly trace: string;
}

async function ask(
  { url }: Gateway,
  key: string,
  { path = '/v1/chat/completions', model = 'small' } = {},
): Promise<Answer> {
  const body = path.startsWith('/v1/chat') ? { body: { model, ...CHAT } } : {};
  const answer = await send(url + path, { headers: { authorization: `Bearer ${key}` }, ...body });
  const { text } = await answer.whole();
  const { code, message = '' } = answer.status < 400 ? ({} as Json) : JSON.parse(text).error;
  return { status: answer.status, code, message, trace: answer.headers['x-trace-id'] ?? '' };
}

const lineOf = (gateway: Gateway, { trace }: Answer): Promise<Json> =>
  eventually(() => gateway.logs().find((line) => line.trace_id === trace));

describe('while a key is rotated', () => {
  test('both of its secrets let in, under one name, for the same models', async () => {
    const gateway = await started();
    for (const [key, generation] of [
      [NEW, undefined],
      [OLD, 'previous'],
    ] as const) {
      const good = await ask(gateway, key);
      const line = await lineOf(gateway, good);
      expect([good.status, line.caller, line.key_generation]).toEqual([200, 'ann', generation]);
      expect('key_generation' in line).toBe(generation !== undefined);
      expect(await ask(gateway, key, { model: 'large' })).toMatchObject({ status: 403, code: 'model_not_allowed' });
      expect(await ask(gateway, key, { path: '/admin/backends' })).toMatchObject({ status: 403 });
    }
    for (const wrong of [sha256(OLD), `${OLD}x`, OLD.slice(0, -1)])
      expect((await ask(gateway, wrong)).status).toBe(401);
    const metrics = await send(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN}` } });
    expect((await metrics.whole()).text).toContain('llm_proxy_caller_requests_total{caller="ann",status="200"} 2\n');
  });

  test('the old one may be given by its hash, and never reaches a backend', async () => {
    const gateway = await started({ keys: [ann({ hash: `sha256:${sha256(OLD)}`, until: FUTURE })] });
    expect((await ask(gateway, OLD)).status).toBe(200);
    expect(JSON.stringify(upstream.requests.at(-1)?.rawHeaders)).not.toContain(OLD);
  });

  test('the old one goes with the rest of the key: switched off, expired', async () => {
    const previous = { key: OLD, until: FUTURE };
    const gateway = await started({ keys: [ann(previous, { enabled: false })] });
    expect(await ask(gateway, OLD)).toMatchObject({ status: 403, code: 'key_disabled' });
    gateway.writeConfig(config({ keys: [ann(previous, { expires_at: PAST })] }));
    await eventually(async () => (await ask(gateway, OLD)).code === 'key_expired');
    // The new one is no help here.
    expect((await ask(gateway, OLD)).message).toContain('Ask for a new one');
  });

  test('a request that holds both counts as one with the good one', async () => {
    const gateway = await started({ keys: [ann({ key: OLD, until: PAST })] });
    const headers = { authorization: `Bearer ${OLD}`, 'x-api-key': NEW };
    const answer = await send(`${gateway.url}/v1/models`, { headers });
    await answer.whole();
    expect(answer.status).toBe(200);
  });
});

describe('after a rotation', () => {
  test('the old secret ends by itself at its time, and the error says that it was rotated', async () => {
    const until = new Date(Date.now() + 2000).toISOString();
    const gateway = await started({ keys: [ann({ key: OLD, until })] });
    await eventually(async () => (await ask(gateway, OLD)).status === 401);
    const refused = await ask(gateway, OLD);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    expect(refused).toMatchObject({ status: 401, code: 'key_expired' });
    expect(refused.message).toBe(
      `The key \`ann\` was rotated: this is the previous one, which expired on ${until}. Send the new one.`,
    );
    const line = await lineOf(gateway, refused);
    expect([line.caller, line.key_generation, line.error_code]).toEqual(['ann', 'previous', 'key_expired']);
    expect((await ask(gateway, NEW)).status).toBe(200);
  });

  test('a reload begins, ends and takes back an overlap', async () => {
    const gateway = await started({ keys: [ann(undefined, { key: OLD })] });
    expect((await ask(gateway, OLD)).status).toBe(200);
    gateway.writeConfig(config({ keys: [ann({ key: OLD, until: FUTURE })] }));
    await eventually(async () => (await ask(gateway, NEW)).status === 200);
    const old = await ask(gateway, OLD);
    expect([old.status, (await lineOf(gateway, old)).key_generation]).toEqual([200, 'previous']);
    gateway.writeConfig(config({ keys: [ann({ key: OLD, until: PAST })] }));
    await eventually(async () => (await ask(gateway, OLD)).code === 'key_expired');
    gateway.writeConfig(config({ keys: [ann()] }));
    await eventually(async () => (await ask(gateway, OLD)).code === 'invalid_api_key');
    expect((await ask(gateway, NEW)).status).toBe(200);
  });
});

describe('the admin key', () => {
  const paths = ['/admin/backends', '/admin/status', '/metrics'];

  test.each([
    ['with keys of callers', {}],
    ['of a gateway that is otherwise open', { proxy_api_key: undefined, keys: undefined }],
  ])('%s is rotated in the same way', async (_what, changes) => {
    const rotated = (until: string): object => ({
      ...changes,
      admin: { api_key: ADMIN, previous: { key: OLD_ADMIN, until } },
    });
    const gateway = await started(rotated(FUTURE));
    for (const path of paths)
      for (const key of [ADMIN, OLD_ADMIN]) expect((await ask(gateway, key, { path })).status).toBe(200);
    const asked = await ask(gateway, OLD_ADMIN);
    const line = await lineOf(gateway, asked);
    expect([asked.status, asked.code]).toEqual([403, 'endpoint_not_allowed']);
    expect([line.caller, line.key_generation]).toEqual(['admin', 'previous']);

    gateway.writeConfig(config(rotated(PAST)));
    await eventually(async () => (await ask(gateway, OLD_ADMIN, { path: '/admin/status' })).status === 401);
    for (const path of [...paths, '/v1/chat/completions', '/v1/models']) {
      const refused = await ask(gateway, OLD_ADMIN, { path });
      expect(refused).toMatchObject({ status: 401, code: 'key_expired' });
      expect(refused.message).toContain('`admin` was rotated');
    }
    for (const path of paths) expect((await ask(gateway, ADMIN, { path })).status).toBe(200);
  });
});

describe('a config', () => {
  async function check(changes: object): Promise<[unknown, string]> {
    const child = await spawnGateway({ config: config(changes), args: ['check'] });
    const code = await child.exited;
    const said = child.stdout() + child.stderr();
    await child.stop();
    for (const secret of SECRETS) expect(said).not.toContain(secret);
    return [code, said];
  }

  const previous = { key: OLD, until: FUTURE };

  test.each([
    ['no `until`', { keys: [ann({ key: OLD })] }, 'keys[0].previous.until: is missing'],
    ['a time that is none', { keys: [ann({ key: OLD, until: 'soon' })] }, 'keys[0].previous.until: cannot be "soon"'],
    ['neither key nor hash', { keys: [ann({ until: FUTURE })] }, 'keys[0].previous.key: is missing'],
    [
      'both',
      { keys: [ann({ ...previous, hash: `sha256:${sha256(OLD)}` })] },
      'keys[0].previous.hash: cannot stand beside key',
    ],
    ['a short key', { keys: [ann({ key: 'short', until: FUTURE })] }, 'keys[0].previous.key: is too short'],
    [
      'the secret of the key itself',
      { keys: [ann({ key: NEW, until: FUTURE })] },
      'keys[0].previous.key: is the same key as keys[0] (previous is the key from before the rotation)',
    ],
    [
      'that secret as a hash',
      { keys: [ann({ hash: `sha256:${sha256(NEW)}`, until: FUTURE })] },
      'keys[0].previous.hash: is the same key as keys[0]',
    ],
    [
      'the secret of another key',
      { keys: [{ name: 'bob', key: BOB, models: ['*'] }, ann({ key: BOB, until: FUTURE })] },
      'keys[1].previous.key: is the same key as keys[0] (use a different one',
    ],
    [
      'a key that is the former one of another',
      { keys: [ann(previous), { name: 'bob', key: OLD, models: ['*'] }] },
      'keys[1].key: is the same key as keys[0].previous',
    ],
    [
      'one former key twice',
      { keys: [ann(previous), { name: 'bob', key: BOB, models: ['*'], previous }] },
      'keys[1].previous.key: is the same key as keys[0].previous',
    ],
    [
      'the secret of `proxy_api_key`',
      { keys: [ann({ key: PROXY, until: FUTURE })] },
      'keys[0].previous.key: is the same key as proxy_api_key',
    ],
    [
      'a former admin key that a caller has',
      { admin: { api_key: ADMIN, previous } },
      'keys[0].previous.key: is the same key as admin.previous',
    ],
    [
      'a former admin key that is the admin key',
      { admin: { api_key: ADMIN, previous: { key: ADMIN, until: FUTURE } } },
      'admin.previous.key: is the same key as admin.api_key (previous is the key from before the rotation)',
    ],
    [
      'a former admin key alone',
      { admin: { previous: { key: OLD_ADMIN, until: FUTURE } } },
      'admin.previous: has no successor',
    ],
    ['a list', { keys: [ann([previous] as object)] }, 'keys[0].previous: '],
  ])('with %s is refused', async (_what, changes, words) => {
    expect(await check(changes)).toEqual([1, expect.stringContaining(words)]);
  });

  test('in which an overlap is over is warned of, and takes effect', async () => {
    const over = {
      keys: [ann({ key: OLD, until: PAST })],
      admin: { api_key: ADMIN, previous: { key: OLD_ADMIN, until: PAST } },
    };
    const [code, said] = await check(over);
    expect(code).toBe(0);
    for (const place of ['keys[0].previous.until', 'admin.previous.until'])
      expect(said).toContain(`${place}: has passed: the previous key lets nobody in any more (delete previous)`);
    const [, before] = await check({ keys: [ann(previous)] });
    expect(before).not.toContain('has passed');
  });

  test('whose former key is the key of a backend is warned of', async () => {
    const [code, said] = await check({ keys: [ann({ key: 'key-of-the-backend-1234', until: FUTURE })] });
    expect(code).toBe(0);
    expect(said).toContain('keys[0].previous.key: is also the key of the backend "one"');
  });
});

// Who may use the admin API: each operation, at its own spelling, with its own methods.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { OPERATIONS } from '../../src/admin/operations.ts';
import { pathsOf } from '../../src/admin/paths.ts';
import { open } from '../kit/client.ts';
import { chatAnswer } from '../kit/replies.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { adminClient } from './admin-client.ts';
import { ADMIN, startStage, type Stage } from './stage.ts';

let upstream: Upstream;
let stage: Stage;
let made: string;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  stage = await startStage(upstream, undefined, { proxy_api_key: 'key-of-the-proxy-1234-abc' });
  made = (await stage.admin('POST', '/admin/keys', { body: { name: 'made', models: ['*'] } })).body.key;
});
afterAll(async () => {
  await stage.stop();
  await upstream.stop();
});

const written = (path: string): string => path.replaceAll(/\{\w+\}/g, 'x-1');
const EACH = OPERATIONS.map(({ method, path, role }) => [method, written(path), role] as const);

describe.each(EACH)('%s %s', (method, path, role) => {
  test('opens to its own key alone', async () => {
    const statusWith = async (key: string | undefined): Promise<number> =>
      (await stage.as(key)(method, path, method === 'GET' ? {} : { body: { '': 1 } })).status;
    expect([await statusWith(undefined), await statusWith('sk-lp-wrong')]).toEqual([401, 401]);
    const asCaller = [await statusWith(made), await statusWith('key-of-the-proxy-1234-abc')];
    // A request of the caller's own that is not there.
    const own = path.includes('x-1') ? 404 : 200;
    expect(asCaller).toEqual(role === 'member' ? [own, own] : [403, 403]);
    if (role === 'member') expect(await statusWith(ADMIN)).toBe(403);
  });
});

test('another method is told which there are', async () => {
  for (const { template, byMethod } of pathsOf()) {
    for (const method of ['PUT', 'GET', 'POST', 'PATCH', 'DELETE'].filter((each) => !byMethod.has(each))) {
      const { status, headers, body } = await stage.admin(method, written(template));
      expect([method, template, status, body.error.code]).toEqual([method, template, 405, 'method_not_allowed']);
      const allowed = headers['allow']?.split(', ') ?? [];
      expect(allowed.filter((each) => each !== 'HEAD' && each !== 'OPTIONS').toSorted()).toEqual(
        [...byMethod.keys()].toSorted(),
      );
    }
  }
});

test('no other spelling of a path opens it', async () => {
  const spellings = [
    '//admin/keys',
    '/admin//keys',
    '/admin/keys/',
    '/ADMIN/keys',
    '/admin/%6beys',
    '/%61dmin/keys',
    '/admin%2Fkeys',
    '/x/../admin/keys',
    '/admin/./keys',
    '/admin/x/../keys',
    '/admin/me/../keys',
    '/admin/%2e%2e/admin/keys',
    '/admin/keys;x',
    '/v1/admin/keys',
    '/admin\\keys',
    'http://elsewhere/x/../admin/keys',
  ];
  for (const key of [ADMIN, made]) {
    for (const spelling of spellings) {
      const connection = await open(stage.gateway.url);
      await connection.write(
        `GET ${spelling} HTTP/1.1\r\nhost: 127.0.0.1:${stage.gateway.port}\r\nauthorization: Bearer ${key}\r\nconnection: close\r\n\r\n`,
      );
      const answer = await connection.answer();
      const { text } = await answer.whole();
      expect([spelling, answer.status < 400, text.includes('"data"')]).toEqual([spelling, false, false]);
    }
  }
});

describe('without a database', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({
      config: {
        admin: { api_key: ADMIN },
        keys: [
          {
            name: 'ann',
            key: 'key-of-ann-5678-abcdefgh',
            models: ['*'],
            tags: { a: 'b' },
            budgets: [{ requests: 3, per: 'day' }],
          },
        ],
        backends: [{ name: 'one', url: upstream.url }],
        models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
      },
    });
  });
  afterAll(() => gateway.stop());

  test('what needs one says so, and the rest answers', async () => {
    const admin = adminClient(gateway.url, ADMIN);
    const me = adminClient(gateway.url, 'key-of-ann-5678-abcdefgh');
    for (const path of ['/admin/keys', '/admin/teams', '/admin/audit']) {
      const { status, body } = await admin('GET', path);
      expect([path, status, body.error.code]).toEqual([path, 501, 'storage_not_configured']);
    }
    expect((await me('GET', '/admin/me/usage')).status).toBe(200);
    for (const path of [
      '/admin/usage',
      '/admin/requests',
      '/admin/requests/export',
      '/admin/overview',
      '/admin/budgets',
      '/admin/prices',
      '/admin/config',
      '/admin/fleet',
      '/admin/whoami',
      '/admin/status',
      '/admin/backends',
    ])
      expect([path, (await admin('GET', path)).status]).toEqual([path, 200]);
    const { body } = await me('GET', '/admin/me');
    expect(body).toMatchObject({
      caller: 'ann',
      key: { name: 'ann', source: 'config', tags: { a: 'b' } },
      budgets: [{ limit: '3' }],
    });
    expect(JSON.stringify(body)).not.toContain('5678');
  });
});

test('whoever shows no key to an open gateway has no pages', async () => {
  const open = await startGateway({
    config: {
      backends: [{ name: 'one', url: upstream.url }],
      models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
    },
  });
  try {
    for (const path of ['/admin/me', '/admin/me/usage', '/admin/me/requests'])
      expect([path, (await adminClient(open.url, undefined)('GET', path)).status]).toEqual([path, 403]);
  } finally {
    await open.stop();
  }
});

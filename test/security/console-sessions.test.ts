// Sessions of the console: who gets one, what it opens, what another site can do with it, and when it ends.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { sessionAnswer } from '../../src/console/sessions/session-answer.ts';
import { send } from '../kit/client.ts';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { startGateway } from '../kit/gateway.ts';
import { askConsole, cookieIn, sessionOf, signInWith } from '../admin/console-client.ts';
import { ADMIN, startStage, type Stage } from '../admin/stage.ts';

const postgres = await startPostgres();
const stores = [['SQLite', undefined] as const, ...(postgres === undefined ? [] : [['PostgreSQL', postgres] as const])];

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});
afterAll(async () => {
  await upstream.stop();
  await postgres?.stop();
});

describe.each(stores)('on %s', (_name, server) => {
  let stage: Stage;
  let url: string;
  beforeAll(async () => {
    stage = await startStage(upstream, server, {
      teams: [{ name: 'web' }],
      proxy: { trusted_proxies: ['127.0.0.1'] },
      keys: [{ name: 'ann', team: 'web', key: 'key-of-ann-1234567890', models: ['mine'] }],
    });
    ({ url } = stage.gateway);
  });
  afterAll(() => stage.stop());
  const makeKey = async (more: object = {}): Promise<{ id: string; key: string }> =>
    (await stage.admin('POST', '/admin/keys', { body: { name: `k${Bun.randomUUIDv7()}`, models: ['*'], ...more } }))
      .body;
  const signIn = (body: object, headers: Readonly<Record<string, string>> = {}) =>
    askConsole(`${url}/console/session`, 'POST', { body, headers });

  test('strangers learn which ways to sign in there are, and nothing else', async () => {
    const { status, body } = await askConsole(`${url}/console/session`, 'GET');
    expect(status).toBe(200);
    expect(sessionAnswer.parse(body)).toEqual({
      signed_in: false,
      role: null,
      caller: null,
      name: null,
      email: null,
      teams: [],
      by: null,
      csrf_token: null,
      expires_at: null,
      idle_seconds: null,
      read_only: false,
      demo: null,
      provider_sign_out: null,
      ways: { key: true, oidc: null },
    });
  });

  test('the admin key makes an admin of whoever has it, and the cookie is out of reach', async () => {
    const { status, headers, body } = await signIn({ key: ADMIN });
    expect([status, body.role, body.by, body.caller]).toEqual([200, 'admin', 'admin_key', 'admin']);
    expect(sessionAnswer.parse(body)).toEqual(body);
    expect(headers['set-cookie']).toMatch(
      /^llm-proxy=[\w-]{43}\.[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    const session = await sessionOf(url, cookieIn(headers));
    expect((await session.ask('GET', '/admin/whoami')).body).toMatchObject({
      caller: 'admin',
      role: 'admin',
      teams: [],
    });
    expect((await session.ask('POST', '/admin/teams', { body: { name: 'by-session' } })).status).toBe(201);
    expect((await session.ask('GET', '/admin/me')).body.error.code).toBe('role_not_allowed');
  });

  test('behind a trusted proxy that says https the cookie has the prefix of its host, and no other is taken', async () => {
    const https = { 'x-forwarded-proto': 'https' };
    const { headers } = await signIn({ key: ADMIN }, https);
    expect(headers['set-cookie']).toMatch(/^__Host-llm-proxy=.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
    const cookie = cookieIn(headers);
    const statusOf = async (shown: string, more: object): Promise<number> =>
      (await askConsole(`${url}/admin/whoami`, 'GET', { headers: { cookie: shown, ...more } })).status;
    expect(await statusOf(cookie, https)).toBe(200);
    expect(await statusOf(cookie.replace('__Host-', ''), https)).toBe(401);
  });

  test("a caller's own key opens its own pages", async () => {
    const { key, id } = await makeKey({ team: 'web' });
    const session = await signInWith(url, key);
    expect((await session.ask('GET', '/admin/me')).body).toMatchObject({ team: 'web', key: { id } });
    expect((await session.ask('GET', '/admin/me/usage')).status).toBe(200);
    expect((await session.ask('GET', '/admin/whoami')).body).toMatchObject({ role: 'member' });
    for (const path of ['/admin/keys', '/admin/requests', '/admin/audit', '/admin/config'])
      expect([path, (await session.ask('GET', path)).body.error.code]).toEqual([path, 'role_not_allowed']);
    const ofConfig = await signInWith(url, 'key-of-ann-1234567890');
    expect((await ofConfig.ask('GET', '/admin/me')).body).toMatchObject({ caller: 'ann', team: 'web' });
  });

  test('a change needs the token of this very session', async () => {
    const [one, other] = [await signInWith(url, ADMIN), await signInWith(url, ADMIN)];
    const codeWith = async (token: string | undefined): Promise<string> => {
      const headers = { cookie: one.cookie, ...(token === undefined ? {} : { 'x-csrf-token': token }) };
      const { status, body } = await askConsole(`${url}/admin/teams`, 'POST', { body: { name: 'csrf' }, headers });
      return status === 403 ? body.error.code : String(status);
    };
    expect([await codeWith(undefined), await codeWith(''), await codeWith(other.csrf), await codeWith('x')]).toEqual(
      Array<string>(4).fill('csrf_token_invalid'),
    );
    expect(await codeWith(one.csrf)).toBe('201');
    const out = await askConsole(`${url}/console/session`, 'DELETE', { headers: { cookie: one.cookie } });
    expect(out.body.error.code).toBe('csrf_token_invalid');
    expect((await one.ask('GET', '/admin/whoami')).status).toBe(200);
  });

  test('pages of other origins can neither use a session nor begin one', async () => {
    const session = await signInWith(url, ADMIN);
    const { port } = stage.gateway;
    const foreign: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example' },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: `https://127.0.0.1:${port}x` },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${port}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      for (const method of ['GET', 'POST']) {
        const { status, body } = await session.ask(method, '/admin/teams', { headers });
        expect([headers, method, status, body.error?.code]).toEqual([headers, method, 403, 'origin_not_allowed']);
      }
      expect([headers, (await signIn({ key: ADMIN }, headers)).status]).toEqual([headers, 403]);
      const shown = await session.ask('GET', '/console/session', { headers });
      expect([headers, shown.body.csrf_token]).toEqual([headers, null]);
    }
    const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
    expect((await session.ask('GET', '/admin/teams', { headers: own })).status).toBe(200);
  });

  test('a key comes before a session, and needs no token', async () => {
    const session = await signInWith(url, ADMIN);
    const headers = { authorization: `Bearer ${ADMIN}`, 'x-csrf-token': '' };
    expect((await session.ask('POST', '/admin/teams', { body: { name: 'by-key' }, headers })).status).toBe(201);
    const wrong = { authorization: 'Bearer sk-lp-wrong' };
    expect((await session.ask('GET', '/admin/teams', { headers: wrong })).body.error.code).toBe('invalid_api_key');
  });

  test('a session asks for no models', async () => {
    const session = await signInWith(url, 'key-of-ann-1234567890');
    const body = { model: 'mine', messages: [{ role: 'user', content: 'Hi' }] };
    expect((await session.ask('POST', '/v1/chat/completions', { body })).status).toBe(401);
  });

  test('it ends with its key: revoked, switched off, expired', async () => {
    const [revoked, disabled, expiring] = [await makeKey(), await makeKey(), await makeKey()];
    const sessions = await Promise.all([revoked, disabled, expiring].map(({ key }) => signInWith(url, key)));
    const statuses = async (): Promise<number[]> =>
      await Promise.all(sessions.map(async (session) => (await session.ask('GET', '/admin/me')).status));
    expect(await statuses()).toEqual([200, 200, 200]);
    await stage.admin('DELETE', `/admin/keys/${revoked.id}`);
    await stage.admin('PATCH', `/admin/keys/${disabled.id}`, { body: { enabled: false } });
    await stage.admin('PATCH', `/admin/keys/${expiring.id}`, { body: { expires_at: '2020-01-01' } });
    expect(await statuses()).toEqual([401, 401, 401]);
    // It does not come back with the key.
    await stage.admin('PATCH', `/admin/keys/${disabled.id}`, { body: { enabled: true } });
    expect((await statuses())[1]).toBe(401);
  });

  test('it ends with a rotation, but for the grace of the secret that it was made with', async () => {
    const [gone, staying] = [await makeKey(), await makeKey()];
    const [ended, going] = [await signInWith(url, gone.key), await signInWith(url, staying.key)];
    await stage.admin('POST', `/admin/keys/${gone.id}/rotate`, { body: { grace: '0' } });
    await stage.admin('POST', `/admin/keys/${staying.id}/rotate`, { body: { grace: '1h' } });
    expect((await ended.ask('GET', '/admin/me')).body.error.code).toBe('session_ended');
    expect((await going.ask('GET', '/admin/me')).status).toBe(200);
  });

  test('signing out ends this one, or all of whoever it is, for good', async () => {
    const { key } = await makeKey();
    const [one, two, three] = [await signInWith(url, key), await signInWith(url, key), await signInWith(url, key)];
    const admin = await signInWith(url, ADMIN);
    const out = await one.ask('DELETE', '/console/session');
    expect([out.status, out.body.signed_in, out.headers['set-cookie']]).toEqual([
      200,
      false,
      expect.stringContaining('llm-proxy=; Path=/; Max-Age=0'),
    ]);
    const statuses = async (): Promise<number[]> =>
      await Promise.all([one, two, three].map(async (each) => (await each.ask('GET', '/admin/me')).status));
    expect(await statuses()).toEqual([401, 200, 200]);
    await two.ask('DELETE', '/console/session?everywhere=1');
    expect(await statuses()).toEqual([401, 401, 401]);
    expect((await admin.ask('GET', '/admin/whoami')).status).toBe(200);
  });

  test('what is watched ends with the session that opened it', async () => {
    const [gone, staying] = [await signInWith(url, ADMIN), await signInWith(url, ADMIN)];
    const lives = await Promise.all(
      [gone, staying].map(({ cookie }) => send(`${url}/admin/live`, { headers: { cookie } })),
    );
    try {
      const [ending, going] = lives;
      await Promise.all(lives.map((each) => each.textUntil('event: hello')));
      await gone.ask('DELETE', '/console/session');
      expect(await ending?.ending).toBe('complete');
      const { key } = await makeKey();
      await stage.chat(key, 'mine', 'after-the-end');
      await going?.textUntil('after-the-end');
      expect(ending?.text).not.toContain('after-the-end');
    } finally {
      for (const each of lives) each.leave();
    }
  });

  test('what another node has ended, ends here within a second', async () => {
    const session = await signInWith(url, ADMIN);
    const store = await stage.store();
    try {
      await store.sessions.endAll('caller:admin');
      await eventually(async () => ((await session.ask('GET', '/admin/whoami')).status === 401 ? true : undefined));
    } finally {
      await store.close();
    }
  });

  test('the store holds nothing that a cookie could be made of, and no key', async () => {
    const session = await signInWith(url, ADMIN);
    const id = /=([\w-]{43})\./.exec(session.cookie)?.[1] ?? '';
    const store = await stage.store();
    try {
      const { sha256 } = await import('../../src/lib/sha256.ts');
      const stored = JSON.stringify(await store.sessions.find(sha256(id)));
      expect(stored).toContain('"admin_key"');
      for (const secret of [id, ADMIN, sha256(ADMIN), session.csrf]) expect(stored).not.toContain(secret);
    } finally {
      await store.close();
    }
  });

  test('a cookie that the gateway has not made is looked up nowhere', async () => {
    const session = await signInWith(url, ADMIN);
    const [name = '', value = ''] = session.cookie.split('=');
    const [id = '', mac = ''] = value.split('.');
    for (const forged of [
      `${id}.${'A'.repeat(43)}`,
      `${'A'.repeat(43)}.${mac}`,
      id,
      `${value}x`,
      '',
      "x'; DROP TABLE sessions",
    ]) {
      const { status, body } = await askConsole(`${url}/admin/whoami`, 'GET', {
        headers: { cookie: `${name}=${forged}` },
      });
      expect([forged, status, body.error.code]).toEqual([forged, 401, 'session_ended']);
    }
  });

  test('who signed in, was refused and signed out is in the audit log, and what was shown is not', async () => {
    const wrong = 'sk-lp-not-a-key-of-anybody';
    expect((await signIn({ key: wrong })).body.error.code).toBe('sign_in_refused');
    const session = await signInWith(url, ADMIN);
    await session.ask('DELETE', '/console/session');
    const { body, text } = await stage.admin('GET', '/admin/audit?limit=3');
    expect(body.data).toMatchObject([
      { action: 'session.end', actor: 'admin', client_ip: '127.0.0.1' },
      { action: 'session.create', actor: 'admin', after: { way: 'admin_key', role: 'admin' } },
      { action: 'session.refused', actor: 'unknown', after: { way: 'key' } },
    ]);
    expect(text + stage.gateway.stderr()).not.toContain(wrong);
  });

  test('what is no sign-in is refused before anything is read of it', async () => {
    for (const body of [{}, { key: '' }, { key: 5 }, { key: ADMIN, more: 1 }, 'no JSON'])
      expect([body, (await signIn(body as object)).status]).toEqual([body, 400]);
    expect((await signIn({ key: 'x'.repeat(100_000) })).status).toBe(413);
  });
});

test('a session ends when it is not used for a while, and after its time', async () => {
  const ended = async (session: object): Promise<void> => {
    const stage = await startStage(upstream, undefined, { admin: { api_key: ADMIN, session } });
    try {
      const begun = await signInWith(stage.gateway.url, ADMIN);
      // Longer than either limit: nothing but time ends it.
      await Bun.sleep(1100);
      expect((await begun.ask('GET', '/admin/whoami')).body.error.code).toBe('session_ended');
    } finally {
      await stage.stop();
    }
  };
  await ended({ idle: '1s', absolute: '12h' });
  await ended({ idle: '1h', absolute: '1s' });
});

test('with another admin key the sessions of the one before are over, and what they watch', async () => {
  const config = { admin: { api_key: ADMIN }, backends: [{ name: 'one', url: upstream.url }], models: {} };
  const gateway = await startGateway({ config });
  try {
    const session = await signInWith(gateway.url, ADMIN);
    expect((await session.ask('GET', '/admin/whoami')).status).toBe(200);
    const watched = [{ cookie: session.cookie }, { authorization: `Bearer ${ADMIN}` }];
    const lives = await Promise.all(watched.map((headers) => send(`${gateway.url}/admin/live`, { headers })));
    await Promise.all(lives.map((each) => each.textUntil('event: hello')));
    gateway.writeConfig({ ...config, admin: { api_key: 'another-key-of-the-admin-9876' } });
    gateway.signal('SIGHUP');
    expect(await Promise.all(lives.map((each) => each.ending))).toEqual(['complete', 'complete']);
    await eventually(async () => ((await session.ask('GET', '/admin/whoami')).status === 401 ? true : undefined));
  } finally {
    await gateway.stop();
  }
});

test('guesses are slowed by address, and nobody else is held up', async () => {
  const stage = await startStage(upstream, undefined, { proxy: { trusted_proxies: ['127.0.0.1'] } });
  try {
    const from = (address: string, key: string) =>
      askConsole(`${stage.gateway.url}/console/session`, 'POST', {
        body: { key },
        headers: { 'x-forwarded-for': address },
      });
    const guesses: number[] = [];
    // However slow this machine is, the waits grow until a guess comes too soon.
    for (let i = 0; i < 30 && guesses.at(-1) !== 429; i++)
      guesses.push((await from('192.0.2.1', `guess-${i}-0123456789`)).status);
    expect([guesses.slice(0, 5), guesses.at(-1)]).toEqual([Array<number>(5).fill(401), 429]);
    expect((await from('192.0.2.2', ADMIN)).status).toBe(200);
    expect((await from('2001:db8::1', 'wrong-key-0123456789')).status).toBe(401);
    await eventually(async () => ((await from('192.0.2.1', ADMIN)).status === 200 ? true : undefined));
  } finally {
    await stage.stop();
  }
});

test('a gateway without keys takes anybody on its machine for the admin, but no foreign page', async () => {
  const gateway = await startGateway({ config: { backends: [{ name: 'one', url: upstream.url }], models: {} } });
  try {
    const session = `${gateway.url}/console/session`;
    const shown = await askConsole(session, 'GET', { headers: { cookie: 'llm-proxy=old' } });
    expect(shown.body).toMatchObject({ signed_in: true, role: 'admin', by: 'local', ways: { key: false, oidc: null } });
    const stale = { cookie: 'llm-proxy=old' };
    expect((await askConsole(`${gateway.url}/admin/whoami`, 'GET', { headers: stale })).body.role).toBe('admin');
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }])
      for (const path of ['/console/session', '/admin/whoami'])
        expect([headers, (await askConsole(gateway.url + path, 'GET', { headers })).status]).toEqual([headers, 403]);
    const remote = await askConsole(session, 'GET', { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(remote.body).toMatchObject({ signed_in: false, role: null });
  } finally {
    await gateway.stop();
  }
});

test('answers of the console can be read, framed and kept by nobody else', async () => {
  const gateway = await startGateway({ config: { backends: [{ name: 'one', url: upstream.url }], models: {} } });
  try {
    const { headers } = await askConsole(`${gateway.url}/console/session`, 'GET');
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'; frame-ancestors 'none'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  } finally {
    await gateway.stop();
  }
});

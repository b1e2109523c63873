// Signing in to the console at an OIDC provider: a real one, one that is down, and one that lies.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { findFreePort, startGateway, type Gateway } from '../kit/gateway.ts';
import { startForgingProvider, type ForgingProvider } from '../kit/forging-provider.ts';
import { CLIENT, startOidcProvider, type OidcProvider } from '../kit/oidc.ts';
import { Browser } from '../kit/sign-in-browser.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { askConsole, sessionOf, signInByOidc } from '../admin/console-client.ts';
import { ADMIN, startStage, type Stage } from '../admin/stage.ts';

const ANN = { sub: 'ann', name: 'Ann <b>Other</b>', email: 'ann@example.com', groups: ['admins', 'unknown'] };

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});
afterAll(() => upstream.stop());

const oidcOf = (issuer: string, url: string, more: object = {}) => ({
  issuer,
  ...CLIENT,
  roles: { admins: 'admin', staff: 'viewer' },
  teams: { leads: 'web' },
  redirect_url: `${url}/console/oidc/callback`,
  ...more,
});

describe('at a real provider', () => {
  let provider: OidcProvider;
  let stage: Stage;
  let url: string;
  let config: (more?: object) => object;
  beforeAll(async () => {
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    provider = await startOidcProvider(url);
    config = (more = {}) => ({
      listen: `127.0.0.1:${port}`,
      teams: [{ name: 'web' }],
      admin: { api_key: ADMIN, oidc: oidcOf(provider.issuer, url, more) },
    });
    stage = await startStage(upstream, undefined, config());
  });
  afterAll(async () => {
    await stage.stop();
    await provider.stop();
  });

  test('nothing is asked of it before somebody signs in, and the session says that it can be done', async () => {
    expect((await askConsole(`${url}/console/session`, 'GET')).body.ways).toEqual({
      key: true,
      oidc: { start: '/console/oidc/start' },
    });
    expect(provider.asked).toEqual([]);
  });

  test('somebody of a group signs in, comes back to the page they wanted, and is in the audit log by name', async () => {
    provider.person = ANN;
    const browser = new Browser();
    const to = '/console/requests?status=error&from=24h';
    const start = `${url}/console/oidc/start?to=${encodeURIComponent(to)}`;
    const { url: end } = await browser.visit(start, (at) => at.startsWith(`${url}/console/requests`));
    expect(end).toBe(url + to);
    expect(browser.cookies(url)).toMatch(/^llm-proxy=[\w-]+\.[\w-]+$/);
    const session = await sessionOf(url, browser.cookies(url));
    expect((await session.ask('GET', '/console/session')).body).toMatchObject({
      role: 'admin',
      by: 'oidc',
      name: ANN.name,
      email: ANN.email,
      caller: 'oidc:ann (Ann <b>Other</b>, ann@example.com)',
    });
    await session.ask('POST', '/admin/teams', { body: { name: 'made-by-ann' } });
    expect((await stage.admin('GET', '/admin/audit?limit=1')).body.data).toMatchObject([
      { action: 'teams.create', actor: 'oidc:ann (Ann <b>Other</b>, ann@example.com)' },
    ]);
    const store = await stage.store();
    const kept = JSON.stringify((await store.audit.page({ limit: 50 })).data);
    await store.close();
    expect(kept).not.toContain('unknown');
  });

  test('whoever is in no group that counts sees what is missing, as a page or as JSON', async () => {
    provider.person = { ...ANN, groups: ['<i>some</i>', 'cooks'] };
    const { answer } = await new Browser().visit(`${url}/console/oidc/start`);
    expect(answer?.status).toBe(403);
    expect(answer?.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer?.headers['content-security-policy']).toContain("script-src 'self'");
    const { text } = (await answer?.whole()) ?? { text: '' };
    expect(text).toContain('cooks');
    expect(text).toContain('admin.oidc.roles');
    expect(text).not.toContain('<i>');
    provider.person = { sub: 'nobody' };
    const browser = new Browser();
    const { url: callback } = await browser.visit(`${url}/console/oidc/start`, (at) => at.includes('/callback'));
    const refused = await browser.ask(callback, 'GET', { accept: 'application/json' });
    const { error } = await refused.json();
    expect([refused.status, error.code, error.message.includes('`groups`')]).toEqual([403, 'no_role', true]);
    expect(browser.cookies(url)).toBe('');
  });

  test('an answer counts once, in the browser that asked, and with its own state', async () => {
    provider.person = ANN;
    const browser = new Browser();
    const { url: callback } = await browser.visit(`${url}/console/oidc/start`, (at) => at.includes('/callback'));
    const codeOf = async (of: Browser, at: string): Promise<string> => {
      const answer = await of.ask(at, 'GET', { accept: 'application/json' });
      const { text } = await answer.whole();
      return answer.status === 303 ? 'signed in' : JSON.parse(text).error.code;
    };
    // Another browser, to which somebody has sent the link.
    expect(await codeOf(new Browser(), callback)).toBe('sign_in_refused');
    const other = new Browser();
    await other.visit(`${url}/console/oidc/start`, (at) => at.includes('/callback'));
    expect(await codeOf(other, callback)).toBe('sign_in_refused');
    const wrongState = new Browser();
    const { url: right } = await wrongState.visit(`${url}/console/oidc/start`, (at) => at.includes('/callback'));
    expect(await codeOf(wrongState, right.replace(/state=[^&]+/, 'state=x'))).toBe('sign_in_refused');
    const jar = browser.cookies(url);
    expect(await codeOf(browser, callback)).toBe('signed in');
    // The code again, with the cookie that it belonged to.
    const again = await askConsole(callback, 'GET', { headers: { cookie: jar } });
    expect([again.status, again.body.error.code, again.headers['set-cookie']?.includes('llm-proxy=') ?? false]).toEqual(
      [401, 'sign_in_refused', false],
    );
  });

  test('images and frames of other sites slow down nobody who signs in', async () => {
    provider.person = ANN;
    const embedded = { accept: 'text/html,*/*', 'sec-fetch-site': 'cross-site' };
    for (let i = 0; i < 12; i++) {
      const headers = { ...embedded, 'sec-fetch-dest': i % 2 === 0 ? 'image' : 'iframe' };
      const { status } = await askConsole(`${url}/console/oidc/callback?code=x&state=y`, 'GET', { headers });
      expect(status).toBe(403);
    }
    const browser = new Browser();
    const { url: callback } = await browser.visit(`${url}/console/oidc/start`, (at) => at.includes('/callback'));
    const answer = await browser.ask(callback, 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' });
    await answer.whole();
    expect(answer.status).toBe(303);
  });

  test('no other site is one link away', async () => {
    provider.person = ANN;
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/%5cevil.example',
      'javascript:alert(1)',
      '/console/../../evil',
      '/console//evil.example',
      '/admin/keys',
      '/\t/evil.example',
      `/console/${'x'.repeat(2000)}`,
    ]) {
      const browser = new Browser();
      const { url: callback } = await browser.visit(`${url}/console/oidc/start?to=${encodeURIComponent(to)}`, (at) =>
        at.includes('/callback'),
      );
      const answer = await browser.ask(callback);
      await answer.whole();
      expect([to, answer.status, answer.headers['location']]).toEqual([to, 303, '/']);
    }
  });

  test('signing out leads on to the provider, which signs out as well', async () => {
    provider.person = ANN;
    const session = await signInByOidc(url);
    const { body } = await session.ask('DELETE', '/console/session');
    expect(body.provider_sign_out).toStartWith(`${provider.issuer}/session/end?`);
    const asked = new URL(body.provider_sign_out).searchParams;
    expect([asked.get('client_id'), asked.get('post_logout_redirect_uri')]).toEqual([CLIENT.client_id, `${url}/`]);
    const { answer } = await new Browser().visit(body.provider_sign_out);
    expect(answer?.status).toBe(200);
    expect((await session.ask('GET', '/admin/whoami')).status).toBe(401);
  });

  test('who signs out everywhere takes nobody along', async () => {
    provider.person = ANN;
    const [one, two] = [await signInByOidc(url), await signInByOidc(url)];
    provider.person = { ...ANN, sub: 'bob', email: ANN.email };
    const bob = await signInByOidc(url);
    await one.ask('DELETE', '/console/session?everywhere=1');
    expect((await two.ask('GET', '/admin/whoami')).status).toBe(401);
    expect((await bob.ask('GET', '/admin/whoami')).status).toBe(200);
  });

  test('a session ends when its group has another role, or none', async () => {
    provider.person = { ...ANN, groups: ['staff', 'leads'] };
    const session = await signInByOidc(url);
    expect((await session.ask('GET', '/admin/whoami')).body.role).toBe('viewer');
    const { dir } = stage.gateway;
    const { parse, stringify } = await import('yaml');
    const file = Bun.file(`${dir}/config.yaml`);
    const before = await file.text();
    const changed = parse(before);
    changed.admin.oidc.roles = { admins: 'admin' };
    stage.gateway.writeConfig(stringify(changed));
    stage.gateway.signal('SIGHUP');
    const code = await eventually(async () => (await session.ask('GET', '/admin/whoami')).body.error?.code);
    expect(code).toBe('session_ended');
    // The team is left.
    expect((await (await signInByOidc(url)).ask('GET', '/admin/whoami')).body).toMatchObject({
      role: 'team_admin',
      teams: ['web'],
    });
    stage.gateway.writeConfig(before);
    stage.gateway.signal('SIGHUP');
  });
});

describe('at a provider that', () => {
  let provider: ForgingProvider;
  let gateway: Gateway;
  let url: string;
  beforeAll(async () => {
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    provider = startForgingProvider();
    gateway = await startGateway({
      config: {
        listen: `127.0.0.1:${port}`,
        admin: { api_key: ADMIN, oidc: oidcOf(provider.issuer, url) },
        proxy: { trusted_proxies: ['127.0.0.1'] },
        backends: [{ name: 'one', url: upstream.url }],
        models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.stop();
  });
  afterEach(() => {
    provider.claims = (honest) => honest;
    provider.sign = 'honest';
    provider.instead.clear();
  });

  let sender = 0;
  /** What comes of signing in, from an address of its own. */
  const outcome = async (change: (callback: string) => string = (at) => at): Promise<string> => {
    const browser = new Browser();
    const { url: callback } = await browser.visit(`${url}/console/oidc/start`, (at) =>
      at.startsWith(`${url}/console/oidc/callback`),
    );
    const answer = await browser.ask(change(callback), 'GET', {
      accept: 'application/json',
      'x-forwarded-for': `192.0.2.${++sender}`,
    });
    const { text } = await answer.whole();
    const isSignedIn = /llm-proxy=/.test(browser.cookies(url));
    return answer.status === 303 && isSignedIn ? 'signed in' : `${answer.status} ${JSON.parse(text).error?.code}`;
  };

  test('is honest lets in', async () => {
    expect(await outcome()).toBe('signed in');
    const asked = provider.requests.at(-1);
    expect(asked?.get('code_challenge_method')).toBe('S256');
    expect([asked?.get('response_type'), asked?.get('scope')]).toEqual(['code', 'openid profile email']);
    expect(provider.exchanged.at(-1)?.get('redirect_uri')).toBe(`${url}/console/oidc/callback`);
  });

  const LIES: readonly (readonly [string, (honest: Readonly<Record<string, unknown>>) => object])[] = [
    ['claims another nonce', (honest) => ({ ...honest, nonce: 'another' })],
    ['claims no nonce', ({ nonce: _nonce, ...honest }) => honest],
    ['claims another audience', (honest) => ({ ...honest, aud: 'another-client' })],
    [
      'claims several audiences and that it is for another',
      (honest) => ({ ...honest, aud: ['llm-proxy', 'x'], azp: 'x' }),
    ],
    ['claims another issuer', (honest) => ({ ...honest, iss: 'https://id.example.com' })],
    ['sends a token that has expired', (honest) => ({ ...honest, iat: 1, exp: 100 })],
    ['sends a token without a subject', ({ sub: _sub, ...honest }) => honest],
    ['sends a token without an end', ({ exp: _exp, ...honest }) => honest],
  ];
  test.each(LIES)('%s is not believed', async (_name, claims) => {
    provider.claims = claims;
    expect(await outcome()).toBe('401 sign_in_refused');
  });

  test.each([['none'], ['another key'], ['hmac with the public key']] as const)(
    'signs with %s is not believed',
    async (how) => {
      provider.sign = how;
      expect(await outcome()).toBe('401 sign_in_refused');
    },
  );

  test('is not the one whose answer comes is not believed', async () => {
    const mixedUp = (callback: string): string => {
      const changed = new URL(callback);
      changed.searchParams.set('iss', 'https://other.example');
      return changed.href;
    };
    expect(await outcome(mixedUp)).toBe('401 sign_in_refused');
    expect(await outcome((callback) => callback.replace(/&iss=[^&]+/, ''))).toBe('401 sign_in_refused');
  });

  test('refuses says so, and its words are on no page', async () => {
    const denied = `${url}/console/oidc/callback?error=access_denied&error_description=%3Cscript%3E`;
    const state = (callback: string): string =>
      `${denied}&state=${new URL(callback).searchParams.get('state')}&iss=${encodeURIComponent(provider.issuer)}`;
    expect(await outcome(state)).toBe('401 sign_in_refused');
  });

  test.each([
    ['/token', 'is down', () => new Response('no', { status: 503 }), '503 sign_in_unavailable'],
    ['/token', 'redirects', () => Response.redirect('http://127.0.0.1:1/', 307), '503 sign_in_unavailable'],
    ['/jwks', 'has no keys', () => new Response('no', { status: 500 }), '503 sign_in_unavailable'],
    ['/token', 'never stops', () => new Response('x'.repeat(2_000_000)), '503 sign_in_unavailable'],
  ] as const)('%s: %s holds nobody up', async (path, _what, instead, expected) => {
    // Keys that were fetched before are known still.
    if (path === '/jwks') provider.claims = (honest) => honest;
    provider.instead.set(path, instead);
    const got = await outcome();
    expect(path === '/jwks' ? [expected, 'signed in'] : [expected]).toContain(got);
    expect(
      (await askConsole(`${url}/admin/whoami`, 'GET', { headers: { authorization: `Bearer ${ADMIN}` } })).status,
    ).toBe(200);
  });
});

test('a provider that is down is a clear page, and the gateway serves all the same', async () => {
  const [port, nobody] = [await findFreePort(), await findFreePort()];
  const url = `http://127.0.0.1:${port}`;
  const gateway = await startGateway({
    config: {
      listen: `127.0.0.1:${port}`,
      admin: { api_key: ADMIN, oidc: oidcOf(`http://127.0.0.1:${nobody}`, url) },
      backends: [{ name: 'one', url: upstream.url }],
      models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
    },
  });
  try {
    const headers = { accept: 'text/html', 'accept-language': 'zh-CN,zh;q=0.9' };
    const page = await askConsole(`${url}/console/oidc/start`, 'GET', { headers });
    expect([page.status, page.headers['retry-after']]).toEqual([503, '5']);
    expect(String(page.body)).toContain('lang="zh-CN"');
    expect(String(page.body)).toContain('sign_in_unavailable');
    const json = await askConsole(`${url}/console/oidc/start`, 'GET');
    expect([json.status, json.body.error.code]).toEqual([503, 'sign_in_unavailable']);
    const body = { model: 'mine', messages: [{ role: 'user', content: 'Hi' }] };
    expect((await askConsole(`${url}/v1/chat/completions`, 'POST', { body })).status).toBe(200);
    // It comes back, and nothing has to be restarted.
    const back = Bun.serve({ port: nobody, hostname: '127.0.0.1', fetch: () => new Response('{}') });
    expect((await askConsole(`${url}/console/oidc/start`, 'GET')).body.error.code).toBe('sign_in_unavailable');
    await back.stop(true);
  } finally {
    await gateway.stop();
  }
});

test('without a provider in the config there is no such sign-in, and its library is not loaded', async () => {
  const gateway = await startGateway({ config: { backends: [{ name: 'one', url: upstream.url }], models: {} } });
  try {
    for (const path of ['start', 'callback?code=x&state=y'])
      expect((await askConsole(`${gateway.url}/console/oidc/${path}`, 'GET')).status).toBe(404);
  } finally {
    await gateway.stop();
  }
});

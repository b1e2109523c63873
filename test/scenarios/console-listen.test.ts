// `admin.listen`: the admin API and the console at an address of their own. `admin.read_only`: nobody changes anything.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { OPERATIONS } from '../../src/admin/operations.ts';
import { findFreePort, startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { askConsole, signInWith } from '../admin/console-client.ts';
import { ADMIN, startStage } from '../admin/stage.ts';

const AS_ADMIN = { headers: { authorization: `Bearer ${ADMIN}` } };

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});
afterAll(() => upstream.stop());

describe('with a listener of its own', () => {
  let gateway: Gateway;
  let port: number;
  let own: string;
  const config = () => ({
    admin: { api_key: ADMIN, listen: `:${port}` },
    keys: [{ name: 'ann', key: 'key-of-ann-1234567890', models: ['*'] }],
    backends: [{ name: 'one', url: upstream.url }],
    models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
  });
  beforeAll(async () => {
    port = await findFreePort();
    own = `http://127.0.0.1:${port}`;
    gateway = await startGateway({ config: config() });
  });
  afterAll(() => gateway.stop());

  const chat = (url: string) =>
    askConsole(`${url}/v1/chat/completions`, 'POST', {
      headers: { authorization: 'Bearer key-of-ann-1234567890' },
      body: { model: 'mine', messages: [{ role: 'user', content: 'Hi' }] },
    });

  test('the admin API is there alone, whoever asks', async () => {
    for (const { method, path } of OPERATIONS) {
      const written = path.replaceAll(/\{\w+\}/g, 'x');
      for (const more of [AS_ADMIN, {}]) {
        const { status, body } = await askConsole(gateway.url + written, method, more);
        expect([method, path, status, body.error.code]).toEqual([method, path, 404, 'unknown_path']);
      }
    }
    for (const path of [
      '/admin',
      '/admin/nothing',
      '/console',
      '/console/session',
      '/console/oidc/start',
      '/console/x',
      '/',
    ])
      expect([path, (await askConsole(gateway.url + path, 'GET', AS_ADMIN)).status]).toEqual([path, 404]);
    expect((await askConsole(`${own}/admin/whoami`, 'GET', AS_ADMIN)).status).toBe(200);
    expect((await (await signInWith(own, ADMIN)).ask('GET', '/admin/whoami')).body.role).toBe('admin');
  });

  test('browsers get the page there alone', async () => {
    const headers = { accept: 'text/html' };
    for (const path of ['/', '/console/requests']) {
      expect([path, (await askConsole(own + path, 'GET', { headers })).status]).toEqual([path, 200]);
      expect([path, (await askConsole(gateway.url + path, 'GET', { headers })).status]).toEqual([path, 404]);
    }
  });

  test('the API is not there', async () => {
    expect((await chat(gateway.url)).status).toBe(200);
    expect((await chat(own)).status).toBe(404);
    expect((await askConsole(`${own}/v1/models`, 'GET')).status).toBe(404);
    expect((await askConsole(`${own}/health`, 'GET')).status).toBe(200);
  });

  test('a port alone is open to this machine alone', () => {
    expect(gateway.stderr() + gateway.stdout()).toContain(`127.0.0.1:${port}`);
  });

  test('names and pages that are not its own are kept out', async () => {
    const statusWith = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      const { status, body } = await askConsole(`${own}/admin/whoami`, 'GET', {
        headers: { ...AS_ADMIN.headers, ...headers },
      });
      return status === 200 ? 'ok' : body.error.code;
    };
    expect(await statusWith({ host: 'evil.example' })).toBe('host_not_allowed');
    expect(await statusWith({ host: `localhost:${port}` })).toBe('ok');
    expect(await statusWith({ origin: 'https://evil.example' })).toBe('origin_not_allowed');
    expect(await statusWith({ origin: own })).toBe('ok');
    expect(await statusWith({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(
      'origin_not_allowed',
    );
    // Whoever follows a link, from a mail or back from where they signed in.
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await statusWith(visit)).toBe('ok');
  });

  test('a reload takes it away and brings it back', async () => {
    const { admin, ...rest } = config();
    const statusAt = async (url: string): Promise<number> =>
      await askConsole(`${url}/admin/whoami`, 'GET', AS_ADMIN).then(
        ({ status }) => status,
        () => 0,
      );
    gateway.writeConfig({ ...rest, admin: { api_key: admin.api_key } });
    gateway.signal('SIGHUP');
    await eventually(async () => ((await statusAt(own)) === 0 ? true : undefined));
    expect(await statusAt(gateway.url)).toBe(200);
    gateway.writeConfig(config());
    gateway.signal('SIGHUP');
    await eventually(async () => ((await statusAt(own)) === 200 ? true : undefined));
    await eventually(async () => ((await statusAt(gateway.url)) === 404 ? true : undefined));
  });
});

test('while it is read-only nothing can be changed, by no key and no session, and people sign in and out', async () => {
  const stage = await startStage(upstream, undefined, { admin: { api_key: ADMIN, read_only: true } });
  try {
    const session = await signInWith(stage.gateway.url, ADMIN);
    for (const { method, path, changesNothing } of OPERATIONS) {
      const written = path.replaceAll(/\{\w+\}/g, 'x');
      if (method === 'GET' || changesNothing === true) continue;
      for (const ask of [stage.admin, session.ask]) {
        const { status, body } = await ask(method, written, { body: {} });
        expect([method, path, status, body.error.code]).toEqual([method, path, 403, 'read_only']);
      }
    }
    expect((await session.ask('GET', '/admin/keys')).status).toBe(200);
    expect((await session.ask('GET', '/console/session')).body.read_only).toBe(true);
    expect((await session.ask('DELETE', '/console/session')).status).toBe(200);
  } finally {
    await stage.stop();
  }
});

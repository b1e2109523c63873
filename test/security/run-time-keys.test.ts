// Keys that are made at run time, in a database that other processes change, is damaged, or gone.
import { afterEach, describe, expect, test } from 'bun:test';
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { Installation, Node } from '../kit/installation.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const ADMIN = 'key-of-the-admin-1234-abc';
const BY = { actor: 'test' };
const ANY = { name: 'ci', models: ['*'] };

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A database with another process that makes keys in it. */
async function installed(): Promise<Node> {
  const place = new Installation();
  ends.push(() => place.close());
  const node = new Node(place);
  await node.sync.start();
  ends.push(() => Promise.resolve(node.sync.stop()));
  return node;
}

function configOf(dataDir: string, upstream: Upstream, more: object = {}): object {
  return {
    data_dir: dataDir,
    admin: { api_key: ADMIN },
    server: { failed_keys_per_minute: 10_000 },
    backends: [{ name: 'one', url: upstream.url, vendor: 'openai' }],
    models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
    ...more,
  };
}

async function upstreamOf(): Promise<Upstream> {
  const upstream = await startUpstream(chatAnswer('ok'));
  ends.push(() => upstream.stop());
  return upstream;
}

async function started(dataDir: string, more: object = {}): Promise<Gateway> {
  const gateway = await startGateway({ config: configOf(dataDir, await upstreamOf(), more) });
  ends.push(() => gateway.stop());
  return gateway;
}

async function ask(gateway: Gateway, key?: string, path = '/v1/chat/completions'): Promise<string> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const body = { model: 'mine', messages: [{ role: 'user', content: 'Hi' }] };
  const isGet = path.startsWith('/admin') || path === '/metrics' || path === '/v1/models';
  const answer = await send(gateway.url + path, { headers, ...(isGet ? {} : { body }) });
  const { text } = await answer.whole();
  return answer.status === 200 ? 'ok' : `${answer.status} ${/"code":"(\w+)"/.exec(text)?.[1]}`;
}

async function readiness(gateway: Gateway): Promise<unknown> {
  return await (await send(`${gateway.url}/readyz`)).json();
}

describe('a gateway in whose database keys are made', () => {
  test('knows them within a second, and those that are changed or revoked as well', async () => {
    const node = await installed();
    const gateway = await started(node.place.dir);
    const { id, key } = await node.keys.create({ ...ANY, allowed_ips: ['127.0.0.1'] }, BY);
    await eventually(async () => (await ask(gateway, key)) === 'ok');
    await node.keys.update(id, { allowed_ips: ['192.0.2.1'] }, BY);
    await eventually(async () => (await ask(gateway, key)) === '403 address_not_allowed');
    await node.keys.update(id, { allowed_ips: null, models: ['other'] }, BY);
    await eventually(async () => (await ask(gateway, key)) === '403 model_not_allowed');
    await node.keys.update(id, { models: ['*'], enabled: false }, BY);
    await eventually(async () => (await ask(gateway, key)) === '403 key_disabled');
    await node.keys.update(id, { enabled: true, expires_at: '2020-01-01' }, BY);
    await eventually(async () => (await ask(gateway, key)) === '401 key_expired');
    // Whoever revokes the last key opens nothing.
    await node.keys.revoke(id, BY);
    await eventually(async () => (await ask(gateway, key)) === '401 invalid_api_key');
    expect(await ask(gateway)).toBe('401 invalid_api_key');
  });

  test('logs which of the two secrets of a rotated key it was', async () => {
    const node = await installed();
    const { id, key: old } = await node.keys.create(ANY, BY);
    const { key } = await node.keys.rotate(id, { grace: '1h' }, BY);
    const gateway = await started(node.place.dir);
    expect([await ask(gateway, old), await ask(gateway, key)]).toEqual(['ok', 'ok']);
    await eventually(() => gateway.logs().length === 2);
    expect(gateway.logs().map(({ caller, key_generation: which }) => [caller, which])).toEqual([
      ['ci', 'previous'],
      ['ci', undefined],
    ]);
    const { stdout, stderr } = gateway;
    for (const secret of [old, key]) expect(stdout() + stderr()).not.toContain(secret.slice(10));
  });

  test('opens none of what is for operators', async () => {
    const node = await installed();
    const { key } = await node.keys.create(ANY, BY);
    const gateway = await started(node.place.dir);
    for (const path of ['/admin/status', '/admin/backends', '/metrics'])
      expect([path, await ask(gateway, key, path)]).toEqual([path, '403 endpoint_not_allowed']);
    expect(await ask(gateway, ADMIN, '/admin/status')).toBe('ok');
  });

  test('tells a mistyped key from a wrong one, without a look-up', async () => {
    const node = await installed();
    const { key } = await node.keys.create(ANY, BY);
    const gateway = await started(node.place.dir);
    const typed = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
    const answer = await send(`${gateway.url}/v1/models`, { headers: { 'x-api-key': typed } });
    expect([answer.status, await answer.json()]).toMatchObject([
      401,
      { error: { code: 'invalid_api_key', message: expect.stringContaining('mistyped') } },
    ]);
  });

  test('starts with the keys as they were while the database is damaged, says so, and loses nothing', async () => {
    const node = await installed();
    const { key } = await node.keys.create(ANY, BY);
    const { dir } = node.place;
    const gateway = await started(dir);
    await eventually(async () => (await ask(gateway, key)) === 'ok');
    await gateway.stop();
    const whole = join(dir, 'whole.db');
    const store = await node.place.store();
    await store.close();
    copyFileSync(join(dir, 'llm-proxy.db'), whole);
    const file = configOf(dir, await upstreamOf(), {
      keys: [{ name: 'ann', key: 'key-of-ann-1234-abcd', models: ['*'] }],
    });
    writeFileSync(join(dir, 'llm-proxy.db'), 'this is no database, but somebody may still need it'.repeat(100));
    const again = await startGateway({ config: file });
    ends.push(() => again.stop());
    expect([await ask(again, key), await ask(again, 'key-of-ann-1234-abcd')]).toEqual(['ok', 'ok']);
    expect(await ask(again, 'sk-lp-wrong')).toBe('401 invalid_api_key');
    expect(await readiness(again)).toMatchObject({ degraded: { keys: 'database_unavailable_keys_from_cache' } });
    expect(readFileSync(join(dir, 'llm-proxy.db'), 'utf8')).toStartWith('this is no database');
  });
});

describe('the secret of the installation', () => {
  test('is made for the gateway alone, and the gateway does not start with one that others can read', async () => {
    const node = await installed();
    const { dir } = node.place;
    const secret = join(dir, 'secret');
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    chmodSync(secret, 0o644);
    const gateway = await spawnGateway({ config: configOf(dir, await upstreamOf()) });
    expect(await gateway.exited).toBe(1);
    expect(gateway.stdout() + gateway.stderr()).toContain(`(chmod 600 ${secret})`);
    await gateway.stop();
  });

  test('of another installation lets none of the keys in, and that is said', async () => {
    const node = await installed();
    const { key } = await node.keys.create(ANY, BY);
    writeFileSync(join(node.place.dir, 'secret'), `${'ab'.repeat(32)}\n`);
    const gateway = await started(node.place.dir);
    expect(await ask(gateway, key)).toBe('401 invalid_api_key');
    expect(await readiness(gateway)).toMatchObject({ degraded: { keys: 'other_secret' } });
    await eventually(() => gateway.stderr().includes('the keys of the database were made with another secret'));
  });
});

test('what one caller keeps is not for another of the same name', async () => {
  const node = await installed();
  await node.teams.create({ name: 'a' }, BY);
  const first = await node.keys.create({ ...ANY, team: 'a' }, BY);
  await node.keys.revoke(first.id, BY);
  const second = await node.keys.create({ ...ANY, team: 'a' }, BY);
  const shown = (key: string) => ({ headers: { 'x-api-key': key }, inQuery: undefined });
  const other = await node.keys.create(ANY, BY);
  const ids = [second.key, other.key].map((key) => node.check.find(shown(key), 0)?.caller.id);
  expect(new Set([...ids, `key:${first.id}`]).size).toBe(3);
});

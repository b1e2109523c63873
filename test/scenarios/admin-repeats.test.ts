// Changes through the admin API that are sent again, meet others, or name what cannot be.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';

const ADMIN = 'key-of-the-admin-1234-abc';
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-admin-'));
let gateway: Gateway;

beforeAll(async () => {
  const backends = [{ name: 'demo', url: 'demo:' }];
  const models = { chat: { routes: [{ backend: 'demo', model: 'demo' }] } };
  gateway = await startGateway({ config: { data_dir: dir, admin: { api_key: ADMIN }, backends, models } });
});

afterAll(async () => {
  await gateway.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly error?: { readonly code: string; readonly message: string };
  };
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${gateway.url}/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
}

test('an idempotency key belongs to one operation', async () => {
  const again = { 'idempotency-key': 'the-same' };
  const key = await call('POST', '/keys', { name: 'idem', models: ['*'] }, again);
  expect(key.status).toBe(201);
  const team = await call('POST', '/teams', { name: 'idem', models: ['*'] }, again);
  expect([team.status, team.body.error?.code]).toEqual([409, 'already_exists']);
  expect(JSON.stringify(team.body)).not.toContain(String(key.body['key']));
});

test('a rotation under the idempotency key of another change is refused, not taken for done', async () => {
  const { body } = await call('POST', '/keys', { name: 'turned', models: ['*'] });
  const again = { 'idempotency-key': 'of-a-patch' };
  expect((await call('PATCH', `/keys/${String(body['id'])}`, {}, again)).status).toBe(200);
  expect((await call('POST', `/keys/${String(body['id'])}/rotate`, {}, again)).status).toBe(409);
});

test('a repeated answer has the version of the first', async () => {
  const again = { 'idempotency-key': 'twice' };
  const first = await call('POST', '/keys', { name: 'twice', models: ['*'] }, again);
  const second = await call('POST', '/keys', { name: 'twice', models: ['*'] }, again);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('etag')).toBe('"1"');
  expect(second.headers.get('idempotent-replayed')).toBe('true');
});

test('who has named no version is never told that one has passed', async () => {
  const { body } = await call('POST', '/keys', { name: 'many', models: ['*'] });
  const id = String(body['id']);
  const turned = await Promise.all(Array.from({ length: 8 }, () => call('POST', `/keys/${id}/rotate`)));
  for (const { status } of turned) expect([200, 409]).toContain(status);
  const made = await Promise.all(
    Array.from({ length: 8 }, () => call('POST', '/keys', { name: 'once', models: ['*'] })),
  );
  expect(made.filter(({ status }) => status === 201).length).toBe(1);
  for (const { status } of made) expect([201, 400, 409]).toContain(status);
  expect((await call('PATCH', `/keys/${id}`, {}, { 'if-match': '"999"' })).status).toBe(412);
});

test('a grace of 0 ends the secret before at once, as a number too', async () => {
  const { body } = await call('POST', '/keys', { name: 'sudden', models: ['*'] });
  const turned = await call('POST', `/keys/${String(body['id'])}/rotate`, { grace: 0 });
  expect(turned.status).toBe(200);
  expect(turned.body['previous_until']).toBeUndefined();
});

test('what no path could name, and no calendar has, is refused', async () => {
  for (const name of ['.', '..']) expect((await call('POST', '/teams', { name, models: ['*'] })).status).toBe(400);
  const never = await call('POST', '/keys', { name: 'never', models: ['*'], expires_at: '2026-02-30T00:00:00Z' });
  expect([never.status, never.body.error?.message]).toEqual([400, expect.stringContaining('expires_at')]);
});

// What the Terraform provider ncecere/litellm sends and looks at in the answers, request by request, as its sources
// `resource_key.go` and `resource_team.go` have it
// (github.com/ncecere/terraform-provider-litellm, commits 116b5a4 and 0864891).
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { startManaged, type Managed } from './gateway.ts';

let managed: Managed;

beforeAll(async () => {
  managed = await startManaged();
});
afterAll(() => managed.stop());

const TEAM = '1f7ec2f0-3a52-4c0f-9a3b-6b4f9f0c2f11';

/** `readKey`: asks for the key by its secret, and takes the values that are inside `info`. */
async function readKey(key: string): Promise<{ status: number; info: Json }> {
  const { status, body } = await managed.call('GET', `/key/info?key=${encodeURIComponent(key)}`);
  return { status, info: body.info };
}

describe('a team', () => {
  test('is created with an id that the provider has made, and read back as it was planned', async () => {
    const created = await managed.call('POST', '/team/new', {
      team_id: TEAM,
      team_alias: 'Platform team',
      tpm_limit: 100_000,
      rpm_limit: 100,
      max_budget: 100.5,
      budget_duration: '30d',
      blocked: false,
      models: ['gpt-5', 'claude'],
      router_settings: {},
    });
    expect(created.status).toBe(200);
    const { status, body } = await managed.call('GET', `/team/info?team_id=${TEAM}`);
    expect([status, body.team_info]).toMatchObject([
      200,
      {
        team_id: TEAM,
        team_alias: 'Platform team',
        tpm_limit: 100_000,
        rpm_limit: 100,
        max_budget: 100.5,
        budget_duration: '30d',
        blocked: false,
        models: ['gpt-5', 'claude'],
      },
    ]);
    // It asks for what it can do without.
    expect((await managed.call('GET', `/team/permissions_list?team_id=${TEAM}`)).status).toBe(404);
  });

  test('is updated, and null takes a limit away', async () => {
    const update = { team_id: TEAM, team_alias: 'Platform', rpm_limit: 50, tpm_limit: null, router_settings: {} };
    expect((await managed.call('POST', '/team/update', update)).status).toBe(200);
    const { body } = await managed.call('GET', `/team/info?team_id=${TEAM}`);
    expect(body.team_info).toMatchObject({ team_alias: 'Platform', rpm_limit: 50, tpm_limit: null, max_budget: 100.5 });
    const cleared = { team_id: TEAM, team_alias: 'Platform', max_budget: null, budget_duration: null };
    expect((await managed.call('POST', '/team/update', cleared)).status).toBe(200);
    const after = await managed.call('GET', `/team/info?team_id=${TEAM}`);
    expect(after.body.team_info).toMatchObject({ max_budget: null, budget_duration: null, rpm_limit: 50 });
  });

  test('that is gone is a 404, which removes it from the state', async () => {
    expect((await managed.call('GET', '/team/info?team_id=nobody')).status).toBe(404);
    expect((await managed.call('POST', '/team/delete', { team_ids: ['nobody'] })).status).toBe(404);
  });
});

describe('a key', () => {
  let key: string;

  test('is created in its team, and read back as it was planned', async () => {
    const { status, body } = await managed.call('POST', '/key/generate', {
      team_id: TEAM,
      user_id: 'ann@example.com',
      key_alias: 'CI of the platform',
      models: ['all-team-models'],
      max_budget: 0.1,
      soft_budget: 0.05,
      budget_duration: '24h',
      max_parallel_requests: 4,
      tpm_limit: 10_000,
      rpm_limit: 60,
      rpm_limit_type: 'best_effort_throughput',
      blocked: false,
      metadata: { project: 'llm', logging: [{ name: 'x' }] },
      tags: ['prod', 'batch'],
      duration: '30d',
    });
    expect([status, typeof body.key]).toEqual([200, 'string']);
    ({ key } = body);
    const { info } = await readKey(key);
    expect(info).toMatchObject({
      key_alias: 'CI of the platform',
      team_id: TEAM,
      user_id: 'ann@example.com',
      models: ['all-team-models'],
      max_budget: 0.1,
      soft_budget: 0.05,
      budget_duration: '24h',
      max_parallel_requests: 4,
      tpm_limit: 10_000,
      rpm_limit: 60,
      blocked: false,
      metadata: { project: 'llm', logging: [{ name: 'x' }], tags: ['prod', 'batch'] },
      tags: ['prod', 'batch'],
      spend: 0,
    });
    const days = (Date.parse(info.expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
    // The secret is told once.
    expect(JSON.stringify(info)).not.toContain(key);
  });

  test('lets in, for the models of its team', async () => {
    expect([await managed.ask(key, 'gpt-5'), await managed.ask(key, 'other')]).toEqual([
      'ok',
      expect.stringMatching(/^40[34] /),
    ]);
  });

  test('is updated by its secret; what the request leaves out stays', async () => {
    const { status } = await managed.call('POST', '/key/update', { key, rpm_limit: 30, blocked: true });
    expect(status).toBe(200);
    const { info } = await readKey(key);
    expect(info).toMatchObject({
      rpm_limit: 30,
      blocked: true,
      tpm_limit: 10_000,
      max_budget: 0.1,
      tags: ['prod', 'batch'],
    });
    expect(await managed.ask(key)).toBe('403 key_disabled');
    await managed.call('POST', '/key/update', { key, blocked: false, soft_budget: null, tags: ['prod'] });
    expect((await readKey(key)).info).toMatchObject({ soft_budget: null, max_budget: 0.1, tags: ['prod'] });
    expect(await managed.ask(key)).toBe('ok');
  });

  test('is read by its token, too', async () => {
    const { info } = await readKey(key);
    expect((await readKey(info.token)).info).toEqual(info);
  });

  test('with what has no counterpart is refused with the name of the field, and not made', async () => {
    const asked = { key_alias: 'limited', model_rpm_limit: { 'gpt-5': 1 } };
    const { status, body } = await managed.call('POST', '/key/generate', asked);
    expect([status, body.error.param]).toEqual([400, 'model_rpm_limit']);
    const own = await managed.call('POST', '/key/generate', { key: 'sk-of-my-own-12345' });
    expect([own.status, own.body.error.param]).toEqual([400, 'key']);
    expect(JSON.stringify(own.body)).not.toContain('sk-of-my-own');
    const window = await managed.call('POST', '/key/generate', { max_budget: 1, budget_duration: '9d' });
    expect([window.status, window.body.error.param]).toEqual([400, 'budget_duration']);
    const { body: list } = await managed.call('GET', '/key/list');
    expect(list.total_count).toBe(1);
  });

  test('is deleted, and then a 404', async () => {
    expect((await managed.call('POST', '/key/delete', { keys: [key] })).status).toBe(200);
    expect((await readKey(key)).status).toBe(404);
    expect((await managed.call('POST', '/key/delete', { keys: [key] })).status).toBe(404);
    expect(await managed.ask(key)).toBe('401 invalid_api_key');
  });
});

test('a service account is a key without a user', async () => {
  const asked = { team_id: TEAM, models: ['all-team-models'], key_alias: 'ci', metadata: { service_account_id: 'ci' } };
  const { status, body } = await managed.call('POST', '/key/service-account/generate', asked);
  expect([status, body]).toMatchObject([
    200,
    { key_alias: 'ci', user_id: null, metadata: { service_account_id: 'ci' } },
  ]);
  await managed.call('POST', '/key/delete', { keys: [body.key] });
});

test('a key is blocked, let in again, and given another secret', async () => {
  const { body: made } = await managed.call('POST', '/key/generate', { key_alias: 'turns' });
  await managed.call('POST', '/key/block', { key: made.key });
  expect(await managed.ask(made.key)).toBe('403 key_disabled');
  await managed.call('POST', '/key/unblock', { key: made.token });
  expect(await managed.ask(made.key)).toBe('ok');
  const { body: next } = await managed.call('POST', '/key/regenerate', { key: made.key });
  expect([next.token, await managed.ask(made.key), await managed.ask(next.key)]).toEqual([
    made.token,
    '401 invalid_api_key',
    'ok',
  ]);
  await managed.call('POST', '/key/delete', { key_aliases: ['turns'] });
});

test('none of it answers anybody but the operator', async () => {
  const { body } = await managed.call('POST', '/key/generate', { key_alias: 'caller' });
  const { gateway } = managed;
  const asked = [
    '/key/info',
    '/key/list',
    '/team/list',
    '/team/info?team_id=x',
    '/spend/logs',
    '/model/info',
    '/v1/model/info',
  ];
  for (const path of asked) {
    const answer = await send(gateway.url + path, { headers: { authorization: `Bearer ${body.key}` } });
    await answer.whole();
    expect([path, answer.status]).toEqual([path, 403]);
  }
  for (const path of ['generate', 'update', 'delete', 'block', 'unblock', 'regenerate']) {
    const headers = { authorization: `Bearer ${body.key}` };
    const answer = await send(`${gateway.url}/key/${path}`, { headers, body: { key: body.key, keys: [body.key] } });
    await answer.whole();
    expect([path, answer.status]).toEqual([path, 403]);
  }
  await managed.call('POST', '/key/delete', { keys: [body.key] });
});

test('deleting a team ends its keys', async () => {
  const { body } = await managed.call('POST', '/key/generate', { team_id: TEAM, models: ['gpt-5'] });
  expect(await managed.ask(body.key)).toBe('ok');
  expect((await managed.call('POST', '/team/delete', { team_ids: [TEAM] })).status).toBe(200);
  expect(await managed.ask(body.key)).toBe('401 invalid_api_key');
});

test('no secret is in the logs', async () => {
  const { body } = await managed.call('POST', '/key/generate', { key_alias: 'secret' });
  await readKey(body.key);
  const { gateway } = managed;
  const told = gateway.stdout() + gateway.stderr() + JSON.stringify([gateway.logs(), gateway.logs('errors')]);
  expect(told).not.toContain(body.key.slice(12));
});

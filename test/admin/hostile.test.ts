// What nobody should send to the admin API, and a database that goes away.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { startStage, type Stage } from './stage.ts';

const postgres = await startPostgres();

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});
afterAll(async () => {
  await upstream.stop();
  await postgres?.stop();
});

const stores = [['SQLite', undefined] as const, ...(postgres === undefined ? [] : [['PostgreSQL', postgres] as const])];
const SQL = "x'); DROP TABLE keys; --";

describe.each(stores)('on %s', (_name, server) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(upstream, server);
  });
  afterAll(() => stage.stop());

  const statusOf = async (method: string, path: string, body?: object | string): Promise<number> =>
    (await stage.admin(method, path, body === undefined ? {} : { body })).status;
  const key = (more: object): Promise<number> => statusOf('POST', '/admin/keys', { name: 'k', models: ['*'], ...more });

  test('SQL in names, tags and queries is text, or refused', async () => {
    expect(await key({ name: SQL })).toBe(400);
    expect(await key({ name: 'sql', owner: SQL, tags: { project: SQL } })).toBe(201);
    const { data } = (await stage.admin('GET', `/admin/keys?owner=${encodeURIComponent(SQL)}`)).body;
    expect(data).toMatchObject([{ name: 'sql', owner: SQL, tags: { project: SQL } }]);
    for (const field of [
      'caller',
      'team',
      'owner',
      'alias',
      'backend',
      'model',
      'end_user',
      'session',
      'trace_id',
      'key_id',
      'error_code',
    ])
      expect([field, await statusOf('GET', `/admin/requests?${field}=${encodeURIComponent(SQL)}`)]).toEqual([
        field,
        200,
      ]);
    for (const query of [`tag=a${encodeURIComponent(`=${SQL}`)}`, `tag=${encodeURIComponent(`${SQL}=1`)}`])
      expect([query, await statusOf('GET', `/admin/usage?${query}`)]).toEqual([query, 200]);
    expect(await statusOf('GET', `/admin/usage?group_by=tag:${encodeURIComponent(SQL)}`)).toBe(200);
    expect(await statusOf('GET', `/admin/usage?group_by=${encodeURIComponent(SQL)}`)).toBe(400);
    expect((await stage.admin('GET', '/admin/keys')).body.data.length).toBeGreaterThan(0);
  });

  test('what no value can be is refused, with its place', async () => {
    const wrong: readonly (readonly [object | string, string])[] = [
      [{ tags: { big: 'x'.repeat(1_000_000) } }, 'tags.big'],
      [{ rpm: -1 }, 'rpm'],
      [{ rpm: 'many' }, 'rpm'],
      [{ budgets: [{ usd: '1e309', per: 'day' }] }, 'budgets[0].usd'],
      [{ budgets: [{ usd: -5, per: 'day' }] }, 'budgets[0].usd'],
      [{ budgets: [{ usd: 5, per: 'fortnight' }] }, 'budgets[0].per'],
      [{ budgets: [{ usd: 5, per: 'day', zone: 'Mars/Olympus' }] }, 'budgets[0].zone'],
      [{ expires_at: '2026-02-30' }, 'expires_at'],
      [{ allowed_ips: ['999.1.1.1'] }, 'allowed_ips[0]'],
      [{ team: 'no-such-team' }, 'team'],
      [{ models: [] }, 'models'],
      [{ name: '' }, 'name'],
    ];
    for (const [body, param] of wrong) {
      const answer = await stage.admin('POST', '/admin/keys', {
        body: { name: 'k', models: ['*'], ...(body as object) },
      });
      expect([param, answer.status, answer.body.error?.param]).toEqual([param, 400, param]);
      expect(answer.text.length).toBeLessThan(3000);
    }
    const number = await stage.admin('POST', '/admin/keys', { body: '{"name":"k","models":["*"],"rpm":1e309}' });
    expect([number.status, number.body.error.param]).toEqual([400, 'rpm']);
  });

  test('JSON that is deep, cut or no object is refused', async () => {
    for (const body of [
      '[]',
      '1',
      '"text"',
      'null',
      '{',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '{"__proto__":{"x":1}}',
      '',
    ])
      expect([body.slice(0, 20), (await statusOf('POST', '/admin/keys', body)) < 500]).toEqual([
        body.slice(0, 20),
        true,
      ]);
    expect(await statusOf('POST', '/admin/keys', '{"a":'.repeat(50_000))).toBe(400);
  });

  test('odd times and zones are refused, and no time is asked for that is not', async () => {
    const queries: readonly (readonly [string, number])[] = [
      ['from=yesterday', 400],
      ['from=2026-13-01', 400],
      ['from=99999999d', 400],
      ['from=2026-11-30T25:00:00Z', 400],
      ['from=1e309', 400],
      ['from=-1d', 400],
      ['from=1d&to=2d', 400],
      ['zone=Nowhere/Land', 400],
      ['zone=Europe/Berlin&from=2026-10-25&to=2026-10-26&group_by=hour', 200],
      ['from=9999d&group_by=hour', 400],
      ['from=%2B020000-01-01T00:00:00Z', 400],
      ['limit=0', 400],
      ['format=xml', 400],
      ['unknown=1', 400],
    ];
    for (const [query, status] of queries)
      expect([query, await statusOf('GET', `/admin/usage?${query}`)]).toEqual([query, status]);
    for (const query of ['status=99', 'status=4x', 'cursor=AAAA', 'cursor=%F0%9F%92%A9', 'tag=x', 'unpriced=maybe'])
      expect([query, await statusOf('GET', `/admin/requests?${query}`)]).toEqual([query, 400]);
  });
});

test.skipIf(postgres === undefined)('with the database gone, models are served and the admin API says so', async () => {
  if (postgres === undefined) return;
  const stage = await startStage(upstream, postgres);
  try {
    const { key, id } = (await stage.admin('POST', '/admin/keys', { body: { name: 'kept', models: ['*'] } })).body;
    await postgres.kill();
    expect(await stage.chat(key)).toBe('ok');
    for (const [method, path, body] of [
      ['GET', '/admin/usage'],
      ['GET', '/admin/requests'],
      ['GET', '/admin/requests/export'],
      ['GET', '/admin/audit'],
      ['POST', '/admin/keys', { name: 'new', models: ['*'] }],
      ['PATCH', `/admin/keys/${id}`, { rpm: 1 }],
      ['DELETE', `/admin/keys/${id}`],
    ] as const) {
      const answer = await stage.admin(method, path, body === undefined ? {} : { body });
      expect([method, path, answer.status, answer.body?.error.code]).toEqual([
        method,
        path,
        503,
        'storage_unavailable',
      ]);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.text).not.toContain('llm@');
    }
    // What is in memory is told all the same.
    for (const path of ['/admin/keys', '/admin/budgets', '/admin/prices', '/admin/config'])
      expect([path, (await stage.admin('GET', path)).status]).toEqual([path, 200]);
    expect(await stage.chat(key)).toBe('ok');
    await postgres.start();
    await eventually(
      async () => (await stage.admin('PATCH', `/admin/keys/${id}`, { body: { rpm: 100 } })).status === 200,
    );
    await eventually(async () => (await stage.admin('GET', '/admin/requests?caller=kept')).body.data?.length === 2);
  } finally {
    await stage.stop();
  }
});

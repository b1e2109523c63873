// Who may do what: every operation of the admin API, as every role, and with every session that is none.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mayCall } from '../../src/admin/roles.ts';
import { OPERATIONS } from '../../src/admin/operations.ts';
import { ROLES, type Role } from '../../src/core/role.ts';
import { send } from '../kit/client.ts';
import { findFreePort } from '../kit/gateway.ts';
import { CLIENT, startOidcProvider, type OidcProvider, type Person } from '../kit/oidc.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { askConsole, signInByOidc, signInWith, type ConsoleSession } from '../admin/console-client.ts';
import { ADMIN, startStage, type Stage } from '../admin/stage.ts';

const LEAD: Person = { sub: 'lead', name: 'Lea', email: 'lea@example.com', groups: ['web-leads'] };
const PEOPLE: Readonly<Partial<Record<Role, Person>>> = {
  admin: { sub: 'adam', groups: ['admins'] },
  operator: { sub: 'olga', groups: ['staff', 'ops'] },
  viewer: { sub: 'vera', groups: ['staff', 'web-leads'] },
  team_admin: LEAD,
};

let upstream: Upstream;
let provider: OidcProvider;
let stage: Stage;
let url: string;
const sessions = new Map<Role, ConsoleSession>();
const ids = { own: '', below: '', other: '', none: '' };

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  provider = await startOidcProvider(url);
  stage = await startStage(upstream, undefined, {
    listen: `127.0.0.1:${port}`,
    teams: [{ name: 'all' }, { name: 'web', parent: 'all', budgets: [{ requests: 100, per: 'day' }] }],
    admin: {
      api_key: ADMIN,
      oidc: {
        issuer: provider.issuer,
        ...CLIENT,
        roles: { admins: 'admin', ops: 'operator', staff: 'viewer' },
        teams: { 'web-leads': 'web' },
        redirect_url: `${url}/console/oidc/callback`,
      },
    },
  });
  for (const team of [
    { name: 'web-shop', parent: 'web' },
    { name: 'data', budgets: [{ requests: 7, per: 'day' }] },
  ])
    expect((await stage.admin('POST', '/admin/teams', { body: team })).status).toBe(201);
  const make = async (name: string, team?: string): Promise<{ id: string; key: string }> =>
    (
      await stage.admin('POST', '/admin/keys', {
        body: { name, models: ['*'], team, budgets: [{ requests: 9, per: 'day' }] },
      })
    ).body;
  const made = [
    await make('own', 'web'),
    await make('below', 'web-shop'),
    await make('other', 'data'),
    await make('none'),
  ];
  [ids.own = '', ids.below = '', ids.other = '', ids.none = ''] = made.map(({ id }) => id);
  for (const { key } of made) expect(await stage.chat(key)).toBe('ok');
  sessions.set('member', await signInWith(url, made[0]?.key ?? ''));
  for (const role of ROLES) {
    const person = PEOPLE[role];
    if (person === undefined) continue;
    provider.person = person;
    sessions.set(role, await signInByOidc(url));
  }
  await eventually(async () =>
    (await stage.admin('GET', '/admin/requests')).body.data.length === 4 ? true : undefined,
  );
});
afterAll(async () => {
  await stage.stop();
  await provider.stop();
  await upstream.stop();
});

const as = (role: Role): ConsoleSession => {
  const session = sessions.get(role);
  if (session === undefined) throw new Error(`nobody is signed in as ${role}`);
  return session;
};

describe.each(ROLES.map((role) => [role]))('as %s', (role) => {
  test('the session says so', async () => {
    const { body } = await as(role).ask('GET', '/admin/whoami');
    expect(body.role).toBe(role);
    expect(body.teams).toEqual(role === 'team_admin' ? ['web', 'web-shop'] : []);
    expect((await as(role).ask('GET', '/console/session')).body).toMatchObject({ signed_in: true, role });
  });

  test.each(OPERATIONS.map((operation) => [operation.method, operation.path, operation] as const))(
    '%s %s',
    async (method, path, operation) => {
      // Nothing that is there, and nothing that can be made: who may call it is told before that.
      // Nor anything that goes on for ever.
      const query = operation.produces?.includes('text/event-stream') === true ? '?no-such-field=1' : '';
      const written = path.replaceAll(/\{\w+\}/g, 'no-such-thing') + query;
      const body = method === 'GET' ? {} : { body: { '': 1 } };
      if (operation.id === 'reloadConfig' && mayCall(role, operation)) return;
      const answer = await as(role).ask(method, written, body);
      const isRefused = answer.status === 403 && answer.body.error?.code === 'role_not_allowed';
      expect([isRefused, answer.status < 500]).toEqual([!mayCall(role, operation), true]);
    },
  );
});

test('each operation says its role, and roles include one another', () => {
  const callable = (role: Role): string[] => OPERATIONS.filter((each) => mayCall(role, each)).map(({ id }) => id);
  for (const [less, more] of [
    ['viewer', 'operator'],
    ['operator', 'admin'],
  ] as const)
    expect(callable(more)).toEqual(expect.arrayContaining(callable(less)));
  expect(callable('viewer').filter((id) => /^(?:create|update|delete|revoke|rotate|reload)/.test(id))).toEqual([]);
  expect(
    callable('operator').filter((id) => /Key|Team/.test(id) && /create|update|delete|revoke|rotate/i.test(id)),
  ).toEqual([]);
  expect(callable('member').toSorted().join(' ')).toBe(
    'getMe getMyRequestBodies getMyUsage getOpenApi searchMyRequests whoAmI',
  );
  expect(callable('team_admin').toSorted().join(' ')).toBe(
    'createKey createTeam deleteTeam exportRequests getKey getOpenApi getRequest getTeam getUsage listBudgets listKeys listTeams revokeKey rotateKey searchRequests updateKey updateTeam watchRequests whoAmI',
  );
});

describe('with no session, a wrong one, one that has ended, and a wrong token', () => {
  test.each(OPERATIONS.map(({ method, path }) => [method, path.replaceAll(/\{\w+\}/g, 'x')] as const))(
    '%s %s stays shut',
    async (method, path) => {
      const { cookie } = as('admin');
      const [name = '', value = ''] = cookie.split('=');
      const ended = await signInWith(url, ADMIN);
      await ended.ask('DELETE', '/console/session');
      const shown = [undefined, `${name}=${value.split('.')[0]}.${'A'.repeat(43)}`, `${name}=`, ended.cookie];
      for (const each of shown) {
        const headers = { 'x-csrf-token': as('admin').csrf, ...(each === undefined ? {} : { cookie: each }) };
        expect([each, (await askConsole(url + path, method, { headers })).status]).toEqual([each, 401]);
      }
      if (method === 'GET') return;
      for (const token of ['', as('viewer').csrf]) {
        const { status, body } = await askConsole(url + path, method, { headers: { cookie, 'x-csrf-token': token } });
        expect([status, body.error.code]).toEqual([403, 'csrf_token_invalid']);
      }
    },
  );
});

describe('a team_admin', () => {
  test('sees the keys, teams, budgets, usage and requests of its teams and those below, and no other', async () => {
    const { ask } = as('team_admin');
    const names = async (path: string, field = 'name'): Promise<string[]> =>
      (await ask('GET', path)).body.data.map((each: Record<string, string>) => each[field]).toSorted();
    expect(await names('/admin/keys')).toEqual(['below', 'own']);
    expect(await names('/admin/keys?team=data')).toEqual([]);
    expect(await names('/admin/teams')).toEqual(['web', 'web-shop']);
    expect(await names('/admin/budgets', 'owner')).toEqual(
      [`key:${ids.own}`, `key:${ids.below}`, 'team:web'].toSorted(),
    );
    expect(await names('/admin/requests', 'caller')).toEqual(['below', 'own']);
    expect(await names('/admin/requests?team=data', 'caller')).toEqual([]);
    expect(await names('/admin/requests?team=data,web', 'caller')).toEqual(['own']);
    expect(await names('/admin/requests?team=', 'caller')).toEqual([]);
    expect(await names(`/admin/requests?key_id=${ids.other}`, 'caller')).toEqual([]);
    const exported = (await ask('GET', '/admin/requests/export')).body as unknown as string;
    expect(exported.trim().split('\n')).toHaveLength(2);
    const usage = async (query: string): Promise<number> =>
      (await ask('GET', `/admin/usage${query}`)).body.total.requests;
    expect([await usage(''), await usage('?team=data'), await usage('?team=web'), await usage('?team=')]).toEqual([
      2, 0, 1, 0,
    ]);
    expect(await names('/admin/usage?group_by=team', 'team')).toEqual(['web', 'web-shop']);
  });

  test('is told that there is nothing where there is something of others', async () => {
    const { ask } = as('team_admin');
    const all = (await stage.admin('GET', '/admin/requests')).body.data as {
      id: string;
      trace_id: string;
      team: string;
    }[];
    const foreign = all.filter(({ team }) => team !== 'web' && team !== 'web-shop');
    expect(foreign).toHaveLength(2);
    const paths = [
      ...foreign.flatMap(({ id, trace_id: trace }) => [`/admin/requests/${id}`, `/admin/requests/${trace}`]),
      `/admin/keys/${ids.other}`,
      `/admin/keys/${ids.none}`,
      '/admin/teams/data',
      '/admin/teams/all',
      '/admin/teams/nowhere',
    ];
    for (const path of paths) expect([path, (await ask('GET', path)).status]).toEqual([path, 404]);
    for (const id of [ids.other, ids.none]) {
      const tried = [
        await ask('PATCH', `/admin/keys/${id}`, { body: { rpm: 1 } }),
        await ask('POST', `/admin/keys/${id}/rotate`, { body: {} }),
        await ask('DELETE', `/admin/keys/${id}`),
      ];
      expect(tried.map(({ status, body }) => [status, body.error.code])).toEqual(tried.map(() => [404, 'not_found']));
    }
    for (const name of ['data', 'all'])
      expect((await ask('PATCH', `/admin/teams/${name}`, { body: { rps: 1 } })).status).toBe(404);
    expect((await ask('DELETE', '/admin/teams/data')).status).toBe(404);
    const own = all.find(({ team }) => team === 'web');
    expect((await ask('GET', `/admin/requests/${own?.id}`)).status).toBe(200);
  });

  test('makes and changes keys of its teams, and puts none into another', async () => {
    const { ask } = as('team_admin');
    const make = (more: object) =>
      ask('POST', '/admin/keys', { body: { name: `n${Bun.randomUUIDv7()}`, models: ['*'], ...more } });
    const made = await make({ team: 'web-shop' });
    expect(made.status).toBe(201);
    const path = `/admin/keys/${made.body.id}`;
    for (const more of [{}, { team: null }, { team: 'data' }, { team: 'all' }, { team: 'nowhere' }, { team: ['web'] }])
      expect([more, (await make(more)).status]).toEqual([more, 404]);
    for (const team of [null, 'data', 'all', 'nowhere'])
      expect([team, (await ask('PATCH', path, { body: { team } })).status]).toEqual([team, 404]);
    expect((await ask('PATCH', path, { body: { team: 'web', rpm: 5 } })).body).toMatchObject({ team: 'web', rpm: 5 });
    expect((await ask('POST', `${path}/rotate`, { body: { grace: '0' } })).status).toBe(200);
    expect((await ask('DELETE', path)).status).toBe(200);
    const { data } = (await stage.admin('GET', '/admin/audit?limit=1')).body;
    expect(data).toMatchObject([{ action: 'keys.revoke', actor: 'oidc:lead (Lea, lea@example.com)' }]);
  });

  test('makes and changes teams below its own, but not its own limits', async () => {
    const { ask } = as('team_admin');
    for (const parent of [undefined, 'all', 'data'])
      expect((await ask('POST', '/admin/teams', { body: { name: 'mine', parent } })).status).toBe(404);
    expect((await ask('POST', '/admin/teams', { body: { name: 'mine', parent: 'web-shop' } })).status).toBe(201);
    expect((await ask('PATCH', '/admin/teams/mine', { body: { rps: 3 } })).status).toBe(200);
    for (const parent of [null, 'all', 'data'])
      expect((await ask('PATCH', '/admin/teams/mine', { body: { parent } })).status).toBe(404);
    expect((await ask('PATCH', '/admin/teams/web', { body: { rps: 1000 } })).body.error.code).toBe('role_not_allowed');
    expect((await ask('DELETE', '/admin/teams/mine')).status).toBe(200);
  });

  test('watches the requests of its teams alone, until those are others', async () => {
    const { ask, cookie } = as('team_admin');
    const live = await send(`${url}/admin/live`, { headers: { cookie } });
    try {
      await live.textUntil('event: hello');
      for (const trace of ['live-other', 'live-own']) {
        const team = trace === 'live-own' ? 'web-shop' : 'data';
        const { body } = await stage.admin('POST', '/admin/keys', { body: { name: trace, models: ['*'], team } });
        await stage.chat(body.key, 'mine', trace);
      }
      await live.textUntil('live-own');
      expect(live.text).not.toContain('live-other');
      expect((await ask('POST', '/admin/teams', { body: { name: 'another', parent: 'web' } })).status).toBe(201);
      // It begins anew with the teams of now.
      expect(await live.ending).toBe('complete');
    } finally {
      live.leave();
      await ask('DELETE', '/admin/teams/another');
    }
  });

  test('gets no answer again that was another’s', async () => {
    const idempotent = { 'idempotency-key': 'the-same-for-both' };
    const body = { name: 'idempotent', models: ['*'], team: 'data' };
    expect((await as('admin').ask('POST', '/admin/keys', { body, headers: idempotent })).status).toBe(201);
    const { status, body: answer } = await as('team_admin').ask('POST', '/admin/keys', { body, headers: idempotent });
    expect([status, answer.key]).toEqual([404, undefined]);
  });
});

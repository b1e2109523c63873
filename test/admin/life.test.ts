// The admin API on both databases: a key's and a team's life, and what is said of what they did.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer, hold } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { startStage, type Stage } from './stage.ts';

const postgres = await startPostgres();
const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
const reply = () => chatAnswer('ok', { usage });

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream(reply());
});
afterAll(async () => {
  await upstream.stop();
  await postgres?.stop();
});

const stores = [['SQLite', undefined] as const, ...(postgres === undefined ? [] : [['PostgreSQL', postgres] as const])];

describe.each(stores)('on %s', (_name, server) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(upstream, server, {
      logging: { base_dir: './logs', separate_files: true, debug_mode: true },
    });
  });
  afterAll(() => stage.stop());

  async function made(body: object): Promise<{ id: string; key: string; version: number }> {
    const answer = await stage.admin('POST', '/admin/keys', { body });
    expect([answer.status, answer.body.error]).toEqual([201, undefined]);
    return answer.body;
  }

  test('a key is made, used, limited, rotated and revoked', async () => {
    const { admin, chat } = stage;
    expect((await admin('POST', '/admin/teams', { body: { name: 'platform', models: ['*'] } })).status).toBe(201);
    const body = { name: 'ci', team: 'platform', models: ['*'], budgets: [{ usd: 5, per: 'day' }], rpm: 60 };
    const answer = await admin('POST', '/admin/keys', { body });
    const { id, key, prefix } = answer.body;
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ name: 'ci', team: 'platform', source: 'store', rpm: 60, version: 1 });
    expect(key).toMatch(/^sk-lp-[0-9A-Za-z]{38}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect(answer.headers['etag']).toBe('"1"');
    expect(await chat(key)).toBe('ok');

    const listed = (await admin('GET', '/admin/keys?team=platform')).body;
    expect(listed.data.map((each: { id: string }) => each.id)).toEqual([id]);
    expect(listed.next).toBeNull();
    expect(JSON.stringify(listed)).not.toContain(key);
    expect((await admin('GET', `/admin/keys/${id}`)).body['key']).toBeUndefined();

    expect((await admin('PATCH', `/admin/keys/${id}`, { body: { models: ['free'] } })).status).toBe(200);
    expect(await chat(key)).toBe('403 model_not_allowed');
    await admin('PATCH', `/admin/keys/${id}`, { body: { models: ['*'], rpm: null } });
    expect((await admin('GET', `/admin/keys/${id}`)).body['rpm']).toBeUndefined();

    const rotated = (await admin('POST', `/admin/keys/${id}/rotate`, { body: { grace: '1h' } })).body;
    expect(rotated.key).not.toBe(key);
    expect(rotated['previous_until']).toBeString();
    expect([await chat(key), await chat(rotated.key)]).toEqual(['ok', 'ok']);
    const again = (await admin('POST', `/admin/keys/${id}/rotate`, { body: { grace: '0' } })).body;
    expect([await chat(key), await chat(rotated.key), await chat(again.key)]).toEqual([
      '401 invalid_api_key',
      '401 invalid_api_key',
      'ok',
    ]);

    expect((await admin('DELETE', `/admin/keys/${id}`)).body).toEqual({ id, deleted: true });
    expect(await chat(again.key)).toBe('401 invalid_api_key');
    expect((await admin('GET', `/admin/keys/${id}`)).status).toBe(404);
    const actions = (await admin('GET', '/admin/audit?limit=20')).body.data.filter(
      ({ target }: { target: string }) => target === id,
    );
    expect(actions.map(({ action }: { action: string }) => action)).toEqual([
      'keys.revoke',
      'keys.rotate',
      'keys.rotate',
      'keys.update',
      'keys.update',
      'keys.create',
    ]);
    expect(actions.at(-1)).toMatchObject({
      actor: 'admin',
      client_ip: '127.0.0.1',
      before: null,
      after: { name: 'ci' },
    });
  });

  test('the secret of a made key is in its answer and nowhere else', async () => {
    const { admin, gateway, dataDir } = stage;
    const body = { name: 'secret', models: ['*'] };
    const headers = { 'idempotency-key': 'once-for-the-secret' };
    const { id, key } = (await admin('POST', '/admin/keys', { body, headers })).body;
    const rotated = (await admin('POST', `/admin/keys/${id}/rotate`, { headers: { 'idempotency-key': 'rotate-it' } }))
      .body.key;
    expect(await stage.chat(rotated)).toBe('ok');
    await eventually(() => gateway.logs().some(({ caller, status }) => caller === 'secret' && status === 200));
    const audit = await admin('GET', '/admin/audit?limit=100');
    const texts = [gateway.stdout(), gateway.stderr(), audit.text, ...filesIn(gateway.dir), ...filesIn(dataDir)];
    const store = await stage.store();
    try {
      texts.push(JSON.stringify(await store.keys.list()));
    } finally {
      await store.close();
    }
    for (const secret of [key, rotated] as string[]) {
      // What is kept encrypted must not be there encoded either.
      const forms = [secret, Buffer.from(secret).toString('base64').slice(4, -4), secret.slice(14)];
      for (const form of forms) expect(texts.filter((text) => text.includes(form)).length).toBe(0);
    }
  });

  test('teams are a tree, and limit all below', async () => {
    const { admin, chat } = stage;
    const team = (body: object) => admin('POST', '/admin/teams', { body });
    await team({ name: 'company', models: ['mine'] });
    expect((await team({ name: 'search', parent: 'company' })).body).toMatchObject({ parent: 'company', version: 1 });
    expect((await team({ name: 'lost', parent: 'nowhere' })).status).toBe(400);
    expect((await admin('PATCH', '/admin/teams/company', { body: { parent: 'search' } })).status).toBe(400);
    expect((await team({ name: 'search' })).status).toBe(400);
    const { id, key } = await made({ name: 'indexer', team: 'search', models: ['*'] });
    expect([await chat(key, 'mine'), await chat(key, 'free')]).toEqual(['ok', '403 model_not_allowed']);
    await admin('PATCH', '/admin/teams/company', { body: { models: ['mine', 'free'] } });
    expect(await chat(key, 'free')).toBe('ok');
    const refused = await admin('DELETE', '/admin/teams/search');
    expect([refused.status, refused.body.error.code]).toEqual([409, 'in_use']);
    await admin('DELETE', `/admin/keys/${id}`);
    expect((await admin('DELETE', '/admin/teams/search')).body).toEqual({ name: 'search', deleted: true });
    expect((await admin('DELETE', '/admin/teams/company')).status).toBe(200);
  });

  test('a change with `If-Match` is made only if nobody was first', async () => {
    const { admin } = stage;
    const { id } = await made({ name: 'matched', models: ['*'] });
    const change = (version: string, rpm: number) =>
      admin('PATCH', `/admin/keys/${id}`, { body: { rpm }, headers: { 'if-match': version } });
    const first = await change('"1"', 1);
    expect([first.status, first.headers['etag']]).toEqual([200, '"2"']);
    const late = await change('"1"', 2);
    expect([late.status, late.body.error.code]).toEqual([412, 'changed_meanwhile']);
    expect((await change('what', 2)).status).toBe(400);
    const both = await Promise.all([change('"2"', 3), change('"2"', 4)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 412]));
    const gone = await admin('DELETE', `/admin/keys/${id}`, { headers: { 'if-match': '"1"' } });
    expect(gone.status).toBe(412);
  });

  test('a request with an `Idempotency-Key` makes its change once, also at the same time', async () => {
    const { admin } = stage;
    const headers = { 'idempotency-key': 'make-it-once' };
    const ask = (body: object, path = '/admin/keys') => admin('POST', path, { body, headers });
    const body = { name: 'once', models: ['*'] };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers: given }) => given['idempotent-replayed'] === undefined).length).toBe(1);
    const other = await ask({ name: 'twice', models: ['*'] });
    expect([other.status, other.body.error.code]).toEqual([409, 'already_exists']);
    // The same words at another address are another request.
    const team = await ask(body, '/admin/teams');
    expect([team.status, team.body.error.code]).toEqual([409, 'already_exists']);
    const without = await admin('POST', '/admin/keys', { body });
    expect([without.status, without.body.error.param]).toEqual([400, 'name']);
  });

  test('usage, requests, budgets and prices tell what a key did', async () => {
    const { admin, chat, as } = stage;
    const other = await made({ name: 'other', models: ['*'] });
    const { id, key } = await made({
      name: 'spender',
      models: ['*'],
      owner: 'ann',
      endpoints: ['chat'],
      tags: { project: 'x' },
      budgets: [{ usd: 1, per: 'day', unpriced: 'allow' }],
    });
    for (let at = 0; at < 3; at++) expect(await chat(key, 'mine', `spender-${at}`)).toBe('ok');
    expect([await chat(key, 'free'), await chat(other.key)]).toEqual(['ok', 'ok']);
    // 1000 tokens at 1 USD and 100 at 2.5 USD for a million.
    const budget = await eventually(async () => {
      const [found] = (await admin('GET', `/admin/budgets?owner=key:${id}`)).body.data;
      return found.spent === '0.00375' && found.held === '0' ? found : undefined;
    });
    expect(budget).toMatchObject({ unit: 'usd', limit: '1', left: '0.99625', per: 'day', mode: 'hard', zone: 'UTC' });
    expect(Date.parse(budget.resets_at) - Date.parse(budget.window_start)).toBe(24 * 3600_000);

    const mine = async () => (await admin('GET', '/admin/requests?caller=spender&limit=2')).body;
    await eventually(async () => (await admin('GET', '/admin/requests?caller=spender')).body.data.length === 4);
    const page = await mine();
    expect(page.data.length).toBe(2);
    const rest = (await admin('GET', `/admin/requests?caller=spender&limit=10&cursor=${page.next}`)).body;
    expect([rest.data.length, rest.next]).toEqual([2, null]);
    expect(rest.data.at(-1)).toMatchObject({
      trace_id: 'spender-0',
      caller: 'spender',
      alias: 'mine',
      backend: 'one',
      model: 'm',
      status: 200,
      cost_usd: '0.00125',
      unpriced: false,
      tries: [{ backend: 'one', status: 200, cost_usd: '0.00125' }],
    });
    expect((await admin('GET', '/admin/requests/spender-1')).body['trace_id']).toBe('spender-1');

    const sums = (await admin('GET', '/admin/usage?group_by=caller,model&from=1h')).body;
    const own = sums.data.filter(({ caller }: { caller: string }) => caller === 'spender');
    expect(own.find(({ model }: { model: string }) => model === 'm')).toMatchObject({
      requests: 3,
      failed: 0,
      input_tokens: 3000,
      output_tokens: 300,
      cache_read_tokens: 0,
      cost_usd: '0.00375',
    });
    expect(own.find(({ model }: { model: string }) => model === 'f')).toMatchObject({
      cost_usd: '0',
      unpriced_requests: 1,
    });
    expect(sums.total.requests).toBeGreaterThan(4);

    const prices = (await admin('GET', '/admin/prices')).body;
    expect(prices).toMatchObject({ unpriced_routes: 1, next: null });
    expect(prices.data.find(({ alias }: { alias: string }) => alias === 'mine')).toMatchObject({
      backend: 'one',
      model: 'm',
      priced: true,
      price: { source: 'config', entry: 'one/m', periods: [{ rates: { input: '1', output: '2.5' } }] },
    });
    expect((await admin('GET', '/admin/prices?unpriced=true')).body.data).toEqual([
      { alias: 'free', backend: 'one', model: 'f', priced: false, price: null },
    ]);
    expect((await admin('GET', '/admin/prices?backend=one&model=other')).body.data).toEqual([
      { alias: null, backend: 'one', model: 'other', priced: false, price: null },
    ]);

    // Its own pages, whatever it asks for, and though it is for chats alone.
    const me = as(key);
    const page1 = (await me('GET', '/admin/me')).body;
    expect(page1).toMatchObject({ caller: 'spender', owner: 'ann', key: { id, tags: { project: 'x' } } });
    expect(page1.budgets).toMatchObject([{ id: budget.id, spent: '0.00375' }]);
    expect(JSON.stringify(page1)).not.toMatch(/hash|sk-lp-[0-9A-Za-z]{10}/);
    for (const query of ['', '?caller=other', `?caller=other&key_id=${other.id}`, '?team=platform&owner=bob']) {
      const found = (await me('GET', `/admin/me/requests${query}`)).body.data;
      expect(found.map(({ caller }: { caller: string }) => caller)).toEqual(Array(4).fill('spender'));
    }
    const total = (await me('GET', '/admin/me/usage?caller=other&team=&owner=bob')).body.total;
    expect([total.requests, total.cost_usd]).toEqual([4, '0.00375']);
    expect((await me('GET', '/admin/usage')).status).toBe(403);
    // A name that was another's once shows nothing of that one's requests.
    await admin('DELETE', `/admin/keys/${id}`);
    const heir = await made({ name: 'spender', models: ['*'] });
    expect((await as(heir.key)('GET', '/admin/me/requests')).body.data).toEqual([]);
    expect((await as(heir.key)('GET', '/admin/me/usage')).body.total.requests).toBe(0);
    const byKey = (await admin('GET', '/admin/usage?group_by=caller,key_id&caller=spender')).body.data;
    expect(byKey).toMatchObject([{ caller: 'spender', key_id: id, requests: 4 }]);
  });

  test('what a request under way may cost is held', async () => {
    const { admin, chat } = stage;
    const { id, key } = await made({ name: 'holder', models: ['*'], budgets: [{ requests: 5, per: 'total' }] });
    const gate = hold(reply());
    upstream.script(gate);
    const asked = chat(key);
    await gate.reached;
    const budget = async () => (await admin('GET', `/admin/budgets?owner=key:${id}`)).body.data[0];
    expect(await budget()).toMatchObject({
      unit: 'requests',
      spent: '0',
      held: '1',
      left: '4',
      resets_at: null,
      window_start: null,
      alert_at: [50, 80, 100],
      requests_under_way: 1,
    });
    gate.release();
    upstream.script(reply());
    expect(await asked).toBe('ok');
    await eventually(async () => (await budget()).spent === '1');
  });

  test('config and fleet are told without secrets', async () => {
    const { admin } = stage;
    const { body, text } = await admin('GET', '/admin/config');
    expect(body).toMatchObject({
      valid: true,
      problems: [],
      config: { admin: { api_key: '(secret)' }, node_name: 'here' },
    });
    expect(body.file).toBe('config.yaml');
    expect(text).not.toContain('key-of-the-admin');
    expect(text).not.toContain('postgres://');
    const { nodes } = (await admin('GET', '/admin/fleet')).body;
    expect(nodes).toMatchObject([{ name: 'here', config: body.digest, workers: 1, status: 'ready' }]);
    expect((await admin('GET', '/admin/whoami')).body).toEqual({
      caller: 'admin',
      role: 'admin',
      teams: [],
      client_ip: '127.0.0.1',
    });
  });

  test('2,500 keys come in pages, each once', async () => {
    const store = await stage.store();
    const now = Date.now();
    try {
      const [known] = await store.keys.list();
      const insert = async (at: number): Promise<void> => {
        const names = { id: Bun.randomUUIDv7(), name: `many-${at}`, hash: at.toString(16).padStart(64, '0') };
        if (known !== undefined)
          await store.keys.insert({ ...known, ...names, team: undefined, previous: undefined, updatedAt: now });
      };
      for (let at = 0; at < 2500; at += 50)
        await Promise.all(Array.from({ length: 50 }, (_, more) => insert(at + more)));
    } finally {
      await store.close();
    }
    await eventually(async () => (await stage.admin('GET', '/admin/status')).body['features'].keys.made >= 2500);
    const seen = new Set<string>();
    let cursor = '';
    do {
      const page = (await stage.admin('GET', `/admin/keys?limit=700${cursor}`)).body;
      for (const { id } of page.data as { id: string }[]) {
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(seen.size).toBeGreaterThanOrEqual(2500);
    for (const wrong of ['limit=0', 'limit=1001', 'limit=x', 'cursor=%00', 'cursor=nonsense!'])
      expect([wrong, (await stage.admin('GET', `/admin/keys?${wrong}`)).status]).toEqual([wrong, 400]);
  });
});

/** The bytes of all files below a folder, as text. */
function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
}

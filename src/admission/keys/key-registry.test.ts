import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation, Node } from '../../../test/kit/installation.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import { AccessProblem } from './access-problem.ts';
import type { KeyWithSecret } from './key-registry.ts';

const ANN = { actor: 'ann', clientIp: '10.0.0.1' };
const HOUR_MS = 3600_000;

let place: Installation;
let node: Node;

beforeEach(async () => {
  place = new Installation();
  node = new Node(place);
  await node.sync.start();
});

afterEach(async () => {
  node.sync.stop();
  await place.close();
});

function made(values: object = {}): Promise<KeyWithSecret> {
  return node.keys.create({ name: 'ci', models: ['*'], ...values }, ANN);
}

/** Why something was refused, and where. */
async function problem(doing: Promise<unknown>): Promise<string> {
  const error = await doing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AccessProblem) return `${error.kind} ${error.message}`;
  throw error instanceof Error ? error : new Error('it was done');
}

describe('a key that is made', () => {
  test('lets in at once, and its secret is told once and stands nowhere', async () => {
    const { key, ...view } = await made({ rpm: 60, tags: { env: 'prod' }, expires_at: '2030-01-01' });
    expect(node.whose(key)).toBe('ci');
    expect(view).toMatchObject({
      name: 'ci',
      source: 'store',
      prefix: key.slice(0, 10),
      models: ['*'],
      rpm: 60,
      tags: { env: 'prod' },
      expires_at: '2030-01-01T00:00:00.000Z',
      enabled: true,
      generation: 1,
      version: 1,
    });
    expect(node.keys.get(view.id)).toEqual(view);
    const store = await place.store();
    const audit = await store.audit.page({ limit: 10 });
    expect(audit.data).toMatchObject([
      { actor: 'ann', clientIp: '10.0.0.1', action: 'keys.create', target: view.id, after: { name: 'ci', rpm: 60 } },
    ]);
    const [stored] = await store.keys.list();
    for (const told of [view, audit.data, stored]) expect(JSON.stringify(told)).not.toContain(key.slice(10));
    expect(JSON.stringify([view, audit.data])).not.toContain(stored?.hash ?? '');
  });

  test.each([
    ['no models', { models: undefined }, 'invalid models: is missing'],
    ['an unknown member', { modles: ['*'] }, 'invalid modles: unknown key "modles" (did you mean "models"?)'],
    ['SQL in its name', { name: "x'; DROP TABLE keys;--" }, 'invalid name: cannot be this text'],
    ['a line break in its name', { name: 'a\nb' }, 'invalid name: cannot be this text'],
    ['the name of the admin', { name: 'admin' }, 'invalid name: duplicate key name "admin"'],
    ['a reserved name', { name: 'proxy' }, 'invalid name: cannot be "proxy"'],
    ['a line break in its owner', { owner: 'a\nb' }, 'invalid owner: cannot be this text'],
    ['a direction override in its owner', { owner: 'a\u202Eb' }, 'invalid owner: cannot be this text'],
    ['a tag of 1 MB', { tags: { a: 'x'.repeat(1 << 20) } }, 'invalid tags.a: cannot be this text'],
    ['a tag with a name of 1 MB', { tags: { ['x'.repeat(1 << 20)]: 'a' } }, 'is no name of a tag'],
    [
      'a thousand tags',
      { tags: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`t${at}`, 'a'])) },
      'invalid tags: has more than 32 tags',
    ],
    ['a tag that is a list', { tags: ['a'] }, 'invalid tags: '],
    ['addresses that are none', { allowed_ips: ['10.0.0.0/33', '1.2.3'] }, 'invalid allowed_ips[0]: cannot be'],
    ['an empty list of addresses', { allowed_ips: [] }, 'invalid allowed_ips: is an empty list'],
    ['an endpoint that is none', { endpoints: ['chta'] }, 'invalid endpoints[0]: cannot be "chta"'],
    ['a rate of nothing', { rpm: 0 }, 'invalid rpm: cannot be 0'],
    ['a rate that is text', { rps: '5' }, 'invalid rps: '],
    ['an infinite rate', { rps: Infinity }, 'invalid rps: '],
    ['half a request at once', { max_concurrency: 0.5 }, 'invalid max_concurrency: cannot be 0.5'],
    ['a day that is none', { expires_at: '2027-02-31T' }, 'invalid expires_at: cannot be'],
    ['a budget without an amount', { budgets: [{ per: 'day' }] }, 'invalid budgets[0]: has no amount'],
    ['a team that does not exist', { team: 'core' }, 'invalid team: unknown team "core" (there is none)'],
    ['a secret of its own', { key: 'sk-lp-mine' }, 'invalid key: unknown key "key"'],
  ])('with %s is refused, and says where', async (_what, values, words) => {
    expect(await problem(made(values))).toContain(words);
    expect(node.stored.size).toBe(0);
  });

  test.each([['text'], [null], [[]], [7]])('of %p is refused', async (values) => {
    expect(await problem(node.keys.create(values, ANN))).toStartWith('invalid ');
  });

  test('has a name that is unique in its team, whoever has the other', async () => {
    node.access.configure([], []);
    await node.teams.create({ name: 'core' }, ANN);
    await made();
    expect(await problem(made())).toContain('duplicate key name "ci" (another key has it already');
    await made({ team: 'core' });
    expect(await problem(made({ team: 'core' }))).toContain('duplicate key name "ci" in the team "core"');
  });

  test('is not made where nobody needs one', async () => {
    node.access.isOpen = true;
    expect(await problem(made())).toContain('conflict The gateway is open to everyone');
  });

  test('is not made while the database is away, and lets nobody in', async () => {
    place.isDown = true;
    const error = await made().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(node.stored.size).toBe(0);
  });
});

describe('a change', () => {
  test('is of the members that it names; null takes one away', async () => {
    const { id } = await made({ rpm: 60, owner: 'bob' });
    const view = await node.keys.update(id, { rpm: 5, owner: null, enabled: false }, ANN);
    expect(view).toMatchObject({ rpm: 5, enabled: false, version: 2, name: 'ci' });
    expect(view).not.toHaveProperty('owner');
    const { data } = await (await place.store()).audit.page({ limit: 1 });
    expect(data).toMatchObject([{ action: 'keys.update', before: { rpm: 60, owner: 'bob' }, after: { rpm: 5 } }]);
  });

  test('is held to the same rules, as what comes out of it', async () => {
    const { id } = await made();
    expect(await problem(node.keys.update(id, { models: [] }, ANN))).toContain('models: is an empty list');
    expect(await problem(node.keys.update(id, { models: null }, ANN))).toContain('models: is missing');
    expect(await problem(node.keys.update(id, { team: 'core' }, ANN))).toContain('unknown team');
    expect(await problem(node.keys.update(id, { hash: 'x' }, ANN))).toContain('unknown key "hash"');
    expect(await problem(node.keys.update(id, 'rpm', ANN))).toContain('JSON object');
    expect(node.keys.get(id).version).toBe(1);
  });

  test('of a version that is in force no more is refused', async () => {
    const { id } = await made();
    await node.keys.update(id, { rpm: 5 }, ANN, 1);
    expect(await problem(node.keys.update(id, { rpm: 6 }, ANN, 1))).toContain('conflict The key "ci" has version 2');
    await node.keys.update(id, { rpm: 6 }, ANN, 2);
  });

  test('of two nodes at once is made by one of them', async () => {
    const other = new Node(place);
    await other.sync.start();
    const { id } = await made();
    await other.sync.refresh();
    const both = await Promise.allSettled([
      node.keys.update(id, { rpm: 1 }, ANN),
      other.keys.update(id, { rpm: 2 }, ANN),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    other.sync.stop();
  });

  test('of what is not there, or stands in the config, says so', async () => {
    const ofConfig = {
      models: ['*'],
      endpoints: undefined,
      allowedIps: undefined,
      expiresAt: undefined,
      enabled: true,
    };
    const rest = { team: undefined, owner: undefined, tags: {}, logBodies: undefined, budgets: [] };
    const limits = { rps: undefined, rpm: undefined, tpm: undefined, maxConcurrency: undefined };
    node.access.configure([{ name: 'ann', ...ofConfig, ...rest, ...limits }], []);
    const { data } = node.keys.list({});
    expect(data).toMatchObject([{ id: 'config:ann', source: 'config', name: 'ann' }]);
    expect(await problem(node.keys.update('config:ann', { rpm: 5 }, ANN))).toStartWith('read_only ');
    expect(await problem(node.keys.revoke('config:ann', ANN))).toStartWith('read_only ');
    expect(await problem(node.keys.update("' OR 1=1 --", {}, ANN))).toStartWith('absent ');
    expect(await problem(made({ name: 'ann' }))).toContain('(a key of the config has it already');
  });
});

describe('a rotation', () => {
  test('gives a new secret, and lets the one before go on for a day', async () => {
    const { id, key: old } = await made();
    const { key, generation } = await node.keys.rotate(id, {}, ANN);
    expect([generation, node.whose(key), node.whose(old)]).toEqual([2, 'ci', 'ci']);
    place.clock.advance(24 * HOUR_MS - 1);
    const shown = (text: string) => ({ headers: { 'x-api-key': text }, inQuery: undefined });
    const known = node.check.find(shown(old), place.clock.wallNow());
    expect(known?.previousUntil).toBe(place.clock.wallNow() + 1);
    // A second one ends the first for good.
    await node.keys.rotate(id, { grace: '1h' }, ANN);
    expect([node.whose(old), node.whose(key)]).toEqual([undefined, 'ci']);
  });

  test('without grace ends the one before at once', async () => {
    const { id, key: old } = await made();
    const { key } = await node.keys.rotate(id, { grace: '0' }, ANN);
    expect([node.whose(key), node.whose(old)]).toEqual(['ci', undefined]);
  });

  test.each([['soon'], ['-1h'], [Infinity], [{}], ['9999h']])('with a grace of %p is refused', async (grace) => {
    const { id } = await made();
    expect(await problem(node.keys.rotate(id, { grace }, ANN))).toContain('grace: is no duration');
  });
});

describe('a key that is revoked', () => {
  test('lets nobody in from then on, with neither of its secrets', async () => {
    const { id, key: old } = await made();
    const { key } = await node.keys.rotate(id, {}, ANN);
    await node.keys.revoke(id, ANN);
    expect([node.whose(key), node.whose(old), node.stored.size]).toEqual([undefined, undefined, 0]);
    expect(() => node.keys.get(id)).toThrow('There is no key');
  });

  test('is not brought back by a change that was under way', async () => {
    const { id } = await made();
    const before = node.stored.get(id);
    await node.keys.revoke(id, ANN);
    if (before !== undefined) node.stored.put({ ...before, version: 9 });
    expect(node.stored.size).toBe(0);
  });
});

describe('a list', () => {
  test('goes page by page, and what is deleted meanwhile moves nothing else', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 7; at++) ids.push((await made({ name: `k${at}`, owner: at % 2 === 0 ? 'even' : 'odd' })).id);
    const first = node.keys.list({ limit: 3 });
    await node.keys.revoke(ids[2] ?? '', ANN);
    const second = node.keys.list({ limit: 3, cursor: first.next });
    const third = node.keys.list({ limit: 3, cursor: second.next });
    expect([first, second, third].map(({ data }) => data.map(({ name }) => name))).toEqual([
      ['k0', 'k1', 'k2'],
      ['k3', 'k4', 'k5'],
      ['k6'],
    ]);
    expect(third.next).toBeUndefined();
    expect(node.keys.list({ owner: 'odd' }).data.map(({ name }) => name)).toEqual(['k1', 'k3', 'k5']);
  });

  test.each([[{ limit: 0 }], [{ limit: 1e9 }], [{ limit: Number.NaN }], [{ cursor: "'; --" }], [{ cursor: '' }]])(
    'of %p is refused',
    (query) => {
      expect(() => node.keys.list(query)).toThrow(AccessProblem);
    },
  );
});

describe('teams', () => {
  test('are made, changed and deleted, and count for their keys at once', async () => {
    await node.teams.create({ name: 'company', models: ['gpt*'] }, ANN);
    await node.teams.create({ name: 'core', parent: 'company' }, ANN);
    const { id } = await made({ team: 'core' });
    const team = node.access.teams.team('core');
    expect(team.lineage.map(({ name }) => name)).toEqual(['core', 'company']);
    await node.teams.update('company', { models: null, max_concurrency: 3 }, ANN, 1);
    expect(team.lineage[1]?.limits.maxConcurrency).toBe(3);
    expect(await problem(node.teams.delete('core', ANN))).toStartWith('in_use The team "core" has 1 keys');
    expect(await problem(node.teams.delete('company', ANN))).toStartWith('in_use ');
    await node.keys.revoke(id, ANN);
    await node.teams.delete('core', ANN);
    await node.teams.delete('company', ANN);
    expect(node.teams.list({}).data).toEqual([]);
    const { data } = await (await place.store()).audit.page({ limit: 20 });
    expect(data.map(({ action }) => action)).toEqual([
      'teams.delete',
      'teams.delete',
      'keys.revoke',
      'teams.update',
      'keys.create',
      'teams.create',
      'teams.create',
    ]);
  });

  test('stand in no circle, and below none that does not exist', async () => {
    await node.teams.create({ name: 'a' }, ANN);
    await node.teams.create({ name: 'b', parent: 'a' }, ANN);
    expect(await problem(node.teams.create({ name: 'c', parent: 'x' }, ANN))).toContain('unknown team "x"');
    expect(await problem(node.teams.update('a', { parent: 'b' }, ANN))).toContain('the teams form a circle: a → b → a');
    expect(await problem(node.teams.update('a', { parent: 'a' }, ANN))).toContain('a → a');
    expect(await problem(node.teams.create({ name: 'a' }, ANN))).toContain('duplicate team name "a"');
    expect(await problem(node.teams.update('a', { name: 'z' }, ANN))).toContain('name: cannot be changed');
  });
});

test('the copy of the keys is for its owner alone, and holds no key', async () => {
  const { key } = await made();
  await node.sync.refresh();
  await node.cache.written();
  const text = readFileSync(join(place.dir, 'keys.json'), 'utf8');
  expect(text).not.toContain(key.slice(10));
  expect(JSON.parse(text)).toMatchObject({ keys: [{ name: 'ci' }] });
});

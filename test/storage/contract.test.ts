// What every database must do, run on each: the contract of `src/storage/store.ts`.
import { SQL } from 'bun';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { BadCursor } from '../../src/storage/ledger-query.ts';
import type { AuditFilter } from '../../src/storage/audit.ts';
import type { StorePlace } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { StoredSession } from '../../src/storage/stored-session.ts';
import { StoreConflict } from '../../src/storage/store-errors.ts';
import { startPostgres } from '../kit/postgres.ts';
import { postgresPlaces, sqlitePlaces, Stores } from './places.ts';
import { keyOf, rowOf, rowsOf, START, teamOf, tryOf, USAGE } from './rows.ts';

const server = await startPostgres();
const kinds = [sqlitePlaces(), ...(server === undefined ? [] : [postgresPlaces(server)])];
const stores = new Stores();
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ALL = { from: START - DAY_MS, to: START + 400 * DAY_MS };

/** What should be a name, and is an attack on a query, a page, a terminal or an index. */
const HOSTILE = [
  `'; DROP TABLE keys; --`,
  `" OR 1=1 --`,
  `$1 $2 ? ?1 :name @name`,
  `\\'; DELETE FROM ledger_days; /*`,
  `%_%`,
  `{"a":[1,"\\u0000"]}`,
  `tab\tline\nreturn\r`,
  `\u202eright to left, \u{1F600}, \u0301`,
];

/** As they are stored: no database takes these as they are. */
const MENDED: readonly (readonly [given: string, stored: string])[] = [
  ['a\0b', 'a\ufffdb'],
  ['half \ud83d pair', 'half \ufffd pair'],
  ['x'.repeat(1_000_000), 'x'.repeat(300)],
];

describe.each(kinds)('a store on $kind', (places) => {
  let store: Store;
  let place: StorePlace;

  beforeEach(async () => {
    place = await places.create();
    store = await stores.open(place);
  });
  afterEach(async () => {
    await stores.closeAll();
  });
  afterAll(async () => {
    await places.close();
  });

  describe('sessions', () => {
    const audit = (action: string) => ({
      id: Bun.randomUUIDv7(),
      at: START,
      actor: 'ann',
      clientIp: '192.0.2.1',
      action,
      target: 'admin',
      before: undefined,
      after: undefined,
    });
    const sessionOf = (more: Partial<StoredSession> = {}): StoredSession => ({
      hash: 'a'.repeat(64),
      principal: 'admin',
      way: 'admin_key',
      role: 'admin',
      actor: 'admin',
      credential: 'mac',
      claims: {},
      createdAt: START,
      seenAt: START,
      endsAt: START + DAY_MS,
      ...more,
    });
    const add = (session: StoredSession, at = START): Promise<void> =>
      store.sessions.insert(session, {
        endedBefore: at,
        idleSince: at - HOUR_MS,
        most: 3,
        audit: audit('session.create'),
      });

    test('come back as they were given, and leave with those that ended or were idle', async () => {
      const oidc = sessionOf({
        hash: 'b'.repeat(64),
        principal: `oidc:https://id.example ${'s'.repeat(255)}`,
        way: 'oidc',
        claims: { subject: 's', name: 'Ann "\'; DROP TABLE sessions; --', groups: ['ops'] },
      });
      await add(sessionOf());
      await add(oidc);
      expect(await store.sessions.find(oidc.hash)).toEqual(oidc);
      expect(await store.sessions.find('c'.repeat(64))).toBeUndefined();
      await add(
        sessionOf({ hash: 'd'.repeat(64), createdAt: START + 2 * HOUR_MS, seenAt: START + 2 * HOUR_MS }),
        START + 2 * HOUR_MS,
      );
      expect(await store.sessions.find(oidc.hash)).toBeUndefined();
      expect((await store.audit.page({ limit: 10 })).data.map(({ action }) => action)).toEqual(
        Array<string>(3).fill('session.create'),
      );
    });

    test('are not more of one principal than may be, and those that were used last stay', async () => {
      const hashes = ['1', '2', '3', '4'].map((digit) => digit.repeat(64));
      const other = 'f'.repeat(64);
      await add(sessionOf({ hash: other, principal: 'key:ci' }));
      for (const [at, hash] of hashes.slice(0, 3).entries()) await add(sessionOf({ hash, seenAt: START + at }));
      await store.sessions.touch(hashes[0] ?? '', START + 7);
      await add(sessionOf({ hash: hashes[3] ?? '', createdAt: START + 8, seenAt: START + 8 }), START + 8);
      const found = await Promise.all([...hashes, other].map(async (hash) => await store.sessions.find(hash)));
      expect(found.map((each) => each !== undefined)).toEqual([true, false, true, true, true]);
    });

    test('are used, and end one by one or all of one principal', async () => {
      const [one, other, another] = ['1', '2', '3'].map((digit) => digit.repeat(64));
      await add(sessionOf({ hash: one ?? '' }));
      await add(sessionOf({ hash: other ?? '' }));
      await add(sessionOf({ hash: another ?? '', principal: 'key:ci' }));
      await store.sessions.touch(one ?? '', START + 5);
      await store.sessions.touch(one ?? '', START + 3);
      expect((await store.sessions.find(one ?? ''))?.seenAt).toBe(START + 5);
      expect(await store.sessions.end(one ?? '', audit('session.end'))).toBe(1);
      expect(await store.sessions.end(one ?? '')).toBe(0);
      await store.sessions.touch(one ?? '', START + 9);
      expect(await store.sessions.find(one ?? '')).toBeUndefined();
      expect(await store.sessions.endAll('admin', audit('session.end_all'))).toBe(1);
      expect(await store.sessions.find(other ?? '')).toBeUndefined();
      expect(await store.sessions.find(another ?? '')).toBeDefined();
      await store.audit.append(audit('session.refused'));
      expect((await store.audit.page({ limit: 10 })).data).toHaveLength(6);
    });
  });

  describe('keys and teams', () => {
    test('come back as they were given', async () => {
      const full = keyOf({
        id: 'key-2',
        team: 'platform',
        previous: { hash: 'the old one', until: START + DAY_MS },
        endpoints: ['chat'],
        expiresAt: START + 5,
        enabled: false,
        logBodies: 'errors',
      });
      await store.keys.insert(keyOf());
      await store.keys.insert(full);
      await store.teams.insert(teamOf({ models: ['gpt*'], parent: 'all' }));
      await store.teams.insert(teamOf({ name: 'web' }));
      expect(await store.keys.list()).toEqual([keyOf(), full]);
      expect(await store.teams.list()).toEqual([teamOf({ models: ['gpt*'], parent: 'all' }), teamOf({ name: 'web' })]);
    });

    test('a name is unique in its team, and a hash everywhere', async () => {
      await store.keys.insert(keyOf({ id: 'a', name: 'ci' }));
      await store.keys.insert(keyOf({ id: 'b', name: 'ci', team: 'platform' }));
      expect(await reasonOf(store.keys.insert(keyOf({ id: 'c', name: 'ci' })))).toBe('taken');
      expect(await reasonOf(store.keys.insert(keyOf({ id: 'd', hash: 'hash of a' })))).toBe('taken');
      expect(await reasonOf(store.keys.insert(keyOf({ id: 'a', name: 'e', hash: 'e' })))).toBe('taken');
      const renamed = keyOf({ id: 'b', name: 'ci', version: 2 });
      expect(await reasonOf(store.keys.update(renamed, 1))).toBe('taken');
      expect((await store.keys.list()).map(({ id }) => id)).toEqual(['a', 'b']);
      await store.teams.insert(teamOf());
      expect(await reasonOf(store.teams.insert(teamOf()))).toBe('taken');
    });

    test('a change needs the version that it was made from', async () => {
      await store.keys.insert(keyOf());
      await store.keys.update(keyOf({ enabled: false, version: 2 }), 1);
      expect(await reasonOf(store.keys.update(keyOf({ version: 2 }), 1))).toBe('version');
      expect(await reasonOf(store.keys.update(keyOf({ id: 'none', version: 2 }), 1))).toBe('absent');
      expect(await reasonOf(store.keys.delete('key-1', 1))).toBe('version');
      expect(await reasonOf(store.keys.delete('none'))).toBe('absent');
      expect(await store.keys.list()).toEqual([keyOf({ enabled: false, version: 2 })]);
      await store.keys.delete('key-1', 2);
      expect(await store.keys.list()).toEqual([]);
      await store.teams.insert(teamOf());
      await store.teams.update(teamOf({ rpm: 5, version: 2 }), 1);
      expect(await reasonOf(store.teams.update(teamOf({ version: 2 }), 1))).toBe('version');
      expect(await reasonOf(store.teams.update(teamOf({ name: 'none', version: 2 }), 1))).toBe('absent');
      expect(await store.teams.list()).toEqual([teamOf({ rpm: 5, version: 2 })]);
      await store.teams.delete('platform');
      expect(await reasonOf(store.teams.delete('platform'))).toBe('absent');
    });

    test('of many changes from the same version one is made', async () => {
      await store.keys.insert(keyOf());
      const changes = Array.from({ length: 10 }, (_, at) => store.keys.update(keyOf({ rps: at, version: 2 }), 1));
      const reasons = await Promise.all(changes.map(reasonOf));
      expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1);
      expect(reasons.filter((reason) => reason === 'version')).toHaveLength(9);
    });

    test('the revision grows with every change that is made', async () => {
      expect(await store.revision()).toBe(0);
      await store.keys.insert(keyOf());
      await store.teams.insert(teamOf());
      expect(await store.revision()).toBe(2);
      await reasonOf(store.keys.insert(keyOf()));
      expect(await store.revision()).toBe(2);
      await store.keys.delete('key-1');
      expect(await store.revision()).toBe(3);
    });

    test('what is written beside a change is written with it, or not at all', async () => {
      const answer = { key: 'again', fingerprint: 'f', status: 201, body: '{}', at: START };
      const audit = auditOf(1);
      await store.keys.insert(keyOf(), { audit, answer });
      expect(await store.idempotency.recall('again')).toEqual(answer);
      expect((await store.audit.page({ limit: 10 })).data).toEqual([audit]);
      expect(await reasonOf(store.keys.insert(keyOf(), { audit: auditOf(2) }))).toBe('taken');
      expect(await reasonOf(store.keys.delete('key-1', 1, { audit: auditOf(3), answer }))).toBe('taken');
      expect((await store.audit.page({ limit: 10 })).data).toEqual([audit]);
      expect(await store.keys.list()).toHaveLength(1);
    });

    test('hostile names stay names', async () => {
      for (const [at, name] of HOSTILE.entries()) {
        await store.keys.insert(keyOf({ id: name, name, team: name, owner: name, hash: name, tags: { [name]: name } }));
        await store.teams.insert(teamOf({ name, parent: name }));
        expect(await store.keys.list()).toHaveLength(at + 1);
        expect(await store.facts.setOnce(name, name)).toBe(name);
      }
      const keys = await store.keys.list();
      expect(keys.map(({ name }) => name).toSorted()).toEqual(HOSTILE.toSorted());
      expect(keys.every(({ name, team, tags }) => name === team && tags[name] === name)).toBe(true);
      for (const name of HOSTILE) await store.keys.delete(name, 1, { audit: auditOf(HOSTILE.indexOf(name), name) });
      expect(await store.keys.list()).toEqual([]);
      for (const [given, stored] of MENDED) {
        await store.teams.insert(teamOf({ name: given }));
        expect((await store.teams.list()).map(({ name }) => name)).toContain(stored);
      }
    });
  });

  describe('facts, audit, answers, alerts', () => {
    test('of a fact the first value is in force', async () => {
      expect(await store.facts.get('installation')).toBeUndefined();
      const asked = Array.from({ length: 5 }, (_, at) => store.facts.setOnce('installation', `id-${at}`));
      const values = new Set(await Promise.all(asked));
      expect(values.size).toBe(1);
      expect(await store.facts.get('installation')).toBe([...values].join());
    });

    test('the audit log has pages, the newest first', async () => {
      for (let at = 0; at < 5; at += 1)
        await store.teams.insert(teamOf({ name: `team-${at}` }), { audit: auditOf(at) });
      const first = await store.audit.page({ limit: 2 });
      expect(first.data).toEqual([auditOf(4), auditOf(3)]);
      const second = await store.audit.page({ limit: 2, cursor: first.next ?? '' });
      expect(second.data).toEqual([auditOf(2), auditOf(1)]);
      const third = await store.audit.page({ limit: 2, cursor: second.next ?? '' });
      expect(third).toEqual({ data: [auditOf(0)] });
    });

    test('the audit log is searched by who, what, to whom and when', async () => {
      const entries = [
        { ...auditOf(1, 'a'), actor: 'ann' },
        { ...auditOf(2, 'b'), action: 'keys.delete' },
        { ...auditOf(3, 'a'), action: 'keyset.load' },
        { ...auditOf(4, 'a'), action: 'teams.create' },
      ];
      for (const entry of entries) await store.audit.append(entry);
      const found = async (filter: AuditFilter) =>
        (await store.audit.page({ limit: 9, ...filter })).data.map(({ id }) => Number(id.at(-1)));
      expect(await found({ actor: 'ann' })).toEqual([1]);
      expect(await found({ action: 'keys' })).toEqual([2, 1]);
      expect(await found({ action: 'keys.delete' })).toEqual([2]);
      expect(await found({ target: 'a', action: 'teams' })).toEqual([4]);
      expect(await found({ from: START + 2, to: START + 4 })).toEqual([3, 2]);
      expect(await found({ actor: `' OR 1=1 --` })).toEqual([]);
    });

    test('entries of the audit log are chained, whoever writes them at once', async () => {
      expect(await store.audit.verify()).toEqual({ entries: 0, unchained: 0, head: '', broken: undefined });
      const other = await stores.open(place);
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? store : other).audit.append(auditOf(at))),
      );
      const { head, ...rest } = await store.audit.verify();
      expect(rest).toEqual({ entries: 20, unchained: 0, broken: undefined });
      expect(head).toMatch(/^[0-9a-f]{64}$/);
      expect((await other.audit.verify()).head).toBe(head);
    });

    test.each([
      [`UPDATE audit SET actor = 'mallory' WHERE place = 3`, { place: 3, kind: 'changed' }],
      [`UPDATE audit SET after_json = NULL WHERE place = 5`, { place: 5, kind: 'changed' }],
      [`DELETE FROM audit WHERE place = 2`, { place: 2, kind: 'missing' }],
      [`DELETE FROM audit WHERE place = 5`, { place: 5, kind: 'missing' }],
      [`DELETE FROM audit`, { place: 1, kind: 'missing' }],
      [`UPDATE audit SET place = NULL WHERE place = 4`, { place: 4, kind: 'missing' }],
      [`UPDATE audit SET place = 6 WHERE place = 5`, { place: 5, kind: 'missing' }],
      [`UPDATE audit_head SET hash = 'x'`, { place: 5, kind: 'changed' }],
      [
        `INSERT INTO audit (id, at, actor, action, target, place, hash) VALUES ('x', 1, 'a', 'b', 'c', 6, 'y')`,
        { place: 6, kind: 'added' },
      ],
    ])('%s is found', async (statement, broken) => {
      for (let at = 1; at <= 5; at += 1) await store.audit.append(auditOf(at));
      await runAt(place, statement);
      expect((await store.audit.verify()).broken).toMatchObject(broken);
    });

    test('what changes nothing has an entry as well', async () => {
      const { before: _before, after: _after, ...rest } = auditOf(1);
      const entry = { ...rest, clientIp: undefined, before: undefined, after: undefined };
      await store.audit.append(entry);
      expect(await store.audit.page({ limit: 5 })).toEqual({ data: [entry] });
    });

    test('of an answer the first is in force, for 24 hours', async () => {
      const answer = { key: 'k', fingerprint: 'f', status: 201, body: '{"a":"ü"}', at: START };
      expect(await store.idempotency.recall('k')).toBeUndefined();
      await store.teams.insert(teamOf({ name: 'a' }), { answer });
      const other = { ...answer, body: 'other' };
      expect(await reasonOf(store.teams.insert(teamOf({ name: 'b' }), { answer: other }))).toBe('taken');
      await store.teams.insert(teamOf({ name: 'c' }), { answer: { ...answer, key: 'l', at: START + DAY_MS } });
      expect(await store.idempotency.recall('k')).toEqual(answer);
      await store.teams.insert(teamOf({ name: 'd' }), { answer: { ...answer, key: 'm', at: START + DAY_MS + 1 } });
      expect(await store.idempotency.recall('k')).toBeUndefined();
      expect(await store.idempotency.recall('l')).toBeDefined();
    });

    test('an alert that was told is remembered, by budget, window and percentage, whoever else notes it', async () => {
      const alert = { budget: 'b', window: START, threshold: 80, at: START };
      expect(await store.budgets.isAlertTold(alert)).toBe(false);
      await Promise.all(Array.from({ length: 8 }, () => store.budgets.noteAlertTold(alert)));
      expect(await store.budgets.isAlertTold(alert)).toBe(true);
      expect(await store.budgets.isAlertTold({ ...alert, threshold: 99.5 })).toBe(false);
      expect(await store.budgets.isAlertTold({ ...alert, window: START + 1 })).toBe(false);
      expect(await store.budgets.isAlertTold({ ...alert, budget: 'c' })).toBe(false);
    });
  });

  describe('the ledger takes rows', () => {
    test('and gives them back whole', async () => {
      const rows = [
        rowOf(0, { tags: { project: 'a', team: 'b' }, endUser: 'u', session: 's', cache: 'hit', servedAlias: 'other' }),
        rowOf(1, {
          tries: [
            tryOf({ failure: 'overloaded', detail: 'busy', status: 503, usage: undefined, cost: undefined }),
            tryOf({ index: 1, hedge: 'won', cost: null, usage: { ...USAGE, estimated: true, tier: undefined } }),
          ],
          charges: [
            { budget: 'b', window: START, amount: 5 },
            { budget: 'a', window: START, amount: 7 },
          ],
        }),
        rowOf(2, {
          ...NOTHING_KNOWN,
          usage: undefined,
          tries: [],
          charges: [],
          status: 401,
          errorCode: 'invalid_api_key',
        }),
      ];
      expect(await store.ledger.append(rows)).toEqual(rows.map(({ id }) => id));
      for (const row of rows) expect(await store.ledger.one(row.id)).toEqual(row);
      expect(await store.ledger.one('none')).toBeUndefined();
      expect((await store.ledger.search({ limit: 10 })).rows).toEqual(rows.toReversed());
    });

    test('and says which of them it has', async () => {
      const rows = rowsOf(6, (number) => ({ startedAt: START + number * DAY_MS }));
      expect(await store.ledger.known(rows)).toEqual(new Set());
      await store.ledger.append(rows.slice(0, 4));
      const ids = rows.slice(0, 4).map(({ id }) => id);
      expect(await store.ledger.known(rows)).toEqual(new Set(ids));
      await store.ledger.dropDaysBefore(20_761);
      expect(await store.ledger.known(rows)).toEqual(new Set(ids));
    });

    test('once: a batch that is sent again adds nothing', async () => {
      const rows = rowsOf(50);
      expect(await store.ledger.append(rows.slice(0, 30))).toHaveLength(30);
      expect(await store.ledger.append(rows)).toEqual(rows.slice(30).map(({ id }) => id));
      expect(await store.ledger.append(rows)).toEqual([]);
      expect(await store.ledger.append([rowOf(99), rowOf(99)])).toHaveLength(1);
      const { total } = await store.ledger.usage(ALL);
      expect(total).toMatchObject({ requests: 51n, nanoUsd: 51_000n, output: 204n, attempts: 51n });
      expect(await store.budgets.spent()).toEqual([
        { budget: 'key-1/day', window: Date.parse('2026-11-03T00:00:00Z'), amount: 51_000n },
      ]);
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });

    test('from many at once, the same and others, each once', async () => {
      const rows = rowsOf(300, (number) => ({
        caller: `c${number % 7}`,
        model: `m${number % 5}`,
        tags: { p: `${number % 3}` },
      }));
      const batches = Array.from({ length: 12 }, (_, at) =>
        rows.slice(at * 20, at * 20 + 80).toSorted(() => (at % 2) - 0.5),
      );
      const added = await Promise.all(batches.map(async (batch) => await store.ledger.append(batch)));
      expect(added.flat().toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
      expect((await store.ledger.usage(ALL)).total.requests).toBe(300n);
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });

    test('an empty batch, and one of several days and more rows than a transaction has', async () => {
      expect(await store.ledger.append([])).toEqual([]);
      const rows = rowsOf(2500);
      expect(await store.ledger.append(rows)).toHaveLength(2500);
      expect(await store.ledger.days()).toEqual([20_760, 20_761, 20_762]);
      expect((await store.ledger.verify()).rows).toBe(2500n);
    });

    test('with hostile names and tags, which stay names and tags', async () => {
      const rows = HOSTILE.map((name, at) =>
        rowOf(at, {
          ...Object.fromEntries(
            ['caller', 'team', 'owner', 'alias', 'aliasLabel', 'backend', 'model'].map((key) => [key, name]),
          ),
          endUser: name,
          session: name,
          userAgent: name,
          tags: { [name]: name, constructor: name },
          charges: [{ budget: name, window: START, amount: 3 }],
        }),
      );
      await store.ledger.append(rows);
      for (const row of rows) {
        expect(await store.ledger.one(row.id)).toEqual(row);
        const [name] = [row.caller ?? ''];
        const found = await store.ledger.search({
          caller: [name],
          session: name,
          tag: { key: name, value: name },
          limit: 5,
        });
        expect(found.rows).toEqual([row]);
        expect((await store.ledger.usage({ ...ALL, model: [name] })).total.requests).toBe(1n);
        expect((await store.ledger.usage({ ...ALL, groupByTag: name })).groups).toHaveLength(2);
        expect(await store.budgets.spent([{ budget: name, window: START }])).toHaveLength(1);
      }
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });

    test('with what no database takes, mended', async () => {
      const rows = MENDED.map(([given], at) => rowOf(at, { caller: given, endUser: given, tags: { [given]: given } }));
      const mad = rowOf(50, {
        heldNanoUsd: Infinity,
        durationMs: Number.NaN,
        bytesIn: -5,
        ttftMs: 0.4,
        usage: { ...USAGE, output: -7 },
      });
      const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`tag-${at}`, 'x']));
      await store.ledger.append([...rows, mad, rowOf(51, { tags: many }), rowOf(52, { startedAt: 1e308 })]);
      for (const [at, [, stored]] of MENDED.entries()) {
        expect(await store.ledger.one(rows[at]?.id ?? '')).toMatchObject({ caller: stored, endUser: stored });
      }
      const mended = await store.ledger.one(mad.id);
      expect(mended).toMatchObject({ heldNanoUsd: Number.MAX_SAFE_INTEGER, durationMs: 0, bytesIn: 0, ttftMs: 0 });
      expect(mended?.usage).toMatchObject({ input: 10, output: 0 });
      expect(Object.keys((await store.ledger.one(rowOf(51).id))?.tags ?? {})).toHaveLength(32);
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });
  });

  describe('amounts', () => {
    const [most, budget] = [Number.MAX_SAFE_INTEGER, { budget: 'b', window: START }];

    test('are exact up to nine million USD a row, and so are their sums', async () => {
      const rows = rowsOf(3, (number) => ({
        nanoUsd: most - number,
        usage: { ...USAGE, input: most - number, statedNanoUsd: most },
        charges: [{ ...budget, amount: most - number }],
        tries: [tryOf({ cost: { nanoUsd: most - number, source: 'stated', rates: {} } })],
      }));
      // Some in one transaction, which sums them itself.
      await store.ledger.append(rows.slice(0, 2));
      await store.ledger.append(rows.slice(2));
      for (const row of rows) {
        const { id, nanoUsd, usage, charges } = row;
        expect(await store.ledger.one(id)).toMatchObject({ nanoUsd, usage, charges, tries: [{ cost: { nanoUsd } }] });
      }
      const sum = 3n * BigInt(most) - 3n;
      for (const groupBy of [[], ['caller']] as const)
        expect((await store.ledger.usage({ ...ALL, groupBy })).total).toMatchObject({ nanoUsd: sum, input: sum });
      expect(await store.budgets.spent()).toEqual([{ ...budget, amount: sum }]);
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });

    test('that are not exact are refused, and nothing of them is written', async () => {
      const usage = { ...USAGE, serverTools: { x: 1e308 } };
      for (const changes of [
        { nanoUsd: most + 1 },
        { nanoUsd: Infinity },
        { usage: { ...USAGE, input: 1e300 } },
        { usage },
        { charges: [{ ...budget, amount: Infinity }] },
        { tries: [tryOf({ usage })] },
      ])
        expect(await store.ledger.append([rowOf(1), rowOf(2, changes)]).then(String, String)).toContain(
          'more than the ledger counts exactly',
        );
      expect((await store.ledger.search({ limit: 5 })).rows).toEqual([]);
      expect((await store.ledger.usage(ALL)).total.requests).toBe(0n);
    });
  });

  describe('usage', () => {
    beforeEach(async () => {
      await store.ledger.append(
        rowsOf(600, (number) => ({
          startedAt: START + number * HOUR_MS,
          caller: `c${number % 3}`,
          team: number % 2 === 0 ? undefined : 'platform',
          model: `m${number % 5}`,
          nanoUsd: number,
          status: number % 10 === 0 ? 500 : 200,
          tags: number % 4 === 0 ? { project: `p${number % 8}`, other: 'x' } : {},
        })),
      );
    });

    test('by any dimension, and by several, comes to the same total', async () => {
      const all = sum(600, (number) => number);
      for (const groupBy of [
        ['caller'],
        ['team'],
        ['owner'],
        ['alias'],
        ['backend'],
        ['model'],
        ['caller', 'team', 'model'],
      ] as const) {
        const { groups, total } = await store.ledger.usage({ ...ALL, groupBy });
        expect(total).toMatchObject({ requests: 600n, failed: 60n, nanoUsd: all, ttftCount: 600n, ttftMs: 12_000n });
        expect(groups.reduce((so, { sums }) => so + sums.nanoUsd, 0n)).toBe(all);
        expect(Object.keys(groups[0]?.dimensions ?? {}).toSorted()).toEqual([...groupBy].toSorted());
      }
      const { groups } = await store.ledger.usage({ ...ALL, groupBy: ['caller', 'team'], limit: 2 });
      expect(groups).toHaveLength(2);
      expect(groups[0]?.sums.nanoUsd).toBeGreaterThanOrEqual(groups[1]?.sums.nanoUsd ?? 0n);
    });

    test('of some, filtered by value and by absence', async () => {
      const some = await store.ledger.usage({ ...ALL, caller: ['c0', 'c1'], team: [null], groupBy: ['team'] });
      expect(some.groups).toHaveLength(1);
      expect(some.groups[0]?.dimensions).toEqual({ team: null });
      expect(some.total.requests).toBe(200n);
      expect((await store.ledger.usage({ ...ALL, team: ['platform', null] })).total.requests).toBe(600n);
      expect((await store.ledger.usage({ ...ALL, team: [] })).total.requests).toBe(0n);
    });

    test('by a tag: each value, and the rows without it', async () => {
      const { groups, total } = await store.ledger.usage({ ...ALL, groupByTag: 'project' });
      expect(groups.map(({ tag, sums }) => `${tag} ${sums.requests}`).toSorted()).toEqual([
        'null 450',
        'p0 75',
        'p4 75',
      ]);
      expect(total.requests).toBe(600n);
      const both = await store.ledger.usage({ ...ALL, groupByTag: 'project', groupBy: ['caller'], caller: ['c1'] });
      expect(both.total.requests).toBe(200n);
      const one = await store.ledger.usage({ ...ALL, tag: { key: 'project', value: 'p4' }, groupBy: ['model'] });
      expect(one.total.requests).toBe(75n);
      expect(one.groups).toHaveLength(5);
    });

    test('of any stretch of hours is what the rows of it come to', async () => {
      for (const [from, to] of [
        [0, 600],
        [0, 1],
        [13, 14],
        [14, 38],
        [13, 400],
        [100, 101],
        [37, 90],
        [50, 50],
        [60, 50],
      ] as const) {
        const range = { from: START + from * HOUR_MS - 20 * 60_000, to: START + to * HOUR_MS - 20 * 60_000 };
        const { total } = await store.ledger.usage(range);
        expect([from, to, total.requests]).toEqual([from, to, BigInt(Math.max(0, to - from))]);
      }
    });

    test('by time: even buckets, days of a zone, months', async () => {
      const midnight = Date.parse('2026-11-04T00:00:00Z');
      const days = Array.from({ length: 5 }, (_, day) => midnight + day * DAY_MS);
      const byDay = await store.ledger.usage({ from: midnight, to: midnight + 5 * DAY_MS, buckets: days });
      expect(byDay.groups.map(({ bucket, sums }) => [bucket, sums.requests])).toEqual(days.map((day) => [day, 24n]));
      const zoned = days.map((day) => day + 7 * HOUR_MS);
      const byZone = await store.ledger.usage({
        from: midnight,
        to: midnight + 5 * DAY_MS,
        buckets: zoned,
        groupBy: ['team'],
      });
      expect(byZone.groups.filter(({ bucket }) => bucket === zoned[1]).map(({ sums }) => sums.requests)).toEqual([
        12n,
        12n,
      ]);
      expect(byZone.total.requests).toBe(BigInt(5 * 24 - 7));
      const change = [midnight, midnight + 23 * HOUR_MS, midnight + 48 * HOUR_MS];
      const uneven = await store.ledger.usage({ from: midnight, to: midnight + 400 * HOUR_MS, buckets: change });
      expect(uneven.groups.map(({ sums }) => sums.requests)).toEqual([23n, 25n, 352n]);
      const clocks = Array.from({ length: 12 }, (_, day) => midnight + day * DAY_MS + (day < 6 ? HOUR_MS : 0));
      const across = await store.ledger.usage({ from: midnight, to: midnight + 12 * DAY_MS, buckets: clocks });
      expect(across.groups.map(({ bucket, sums }) => [bucket, sums.requests])).toEqual(
        clocks.map((start, day) => [start, day === 5 ? 23n : 24n]),
      );
      const hours = Array.from({ length: 30 }, (_, hour) => midnight + hour * HOUR_MS);
      const byHour = await store.ledger.usage({
        from: midnight,
        to: midnight + 30 * HOUR_MS,
        buckets: hours,
        groupByTag: 'project',
      });
      expect(byHour.groups).toHaveLength(30);
      expect(byHour.total.requests).toBe(30n);
    });
  });

  describe('search', () => {
    test('finds what meets all that is asked, the newest first', async () => {
      const rows = rowsOf(400, (number) => ({
        startedAt: START + number * HOUR_MS,
        caller: `c${number % 3}`,
        status: number % 10 === 0 ? 503 : 200,
        errorCode: number % 10 === 0 ? 'upstream_overloaded' : undefined,
        unpriced: number % 7 === 0,
        endUser: `u${number % 4}`,
        session: `s${number % 6}`,
        keyId: `k${number % 5}`,
        tags: number % 9 === 0 ? { project: 'x' } : {},
      }));
      await store.ledger.append(rows);
      const cases = [
        [{ caller: ['c1'] }, (row) => row.caller === 'c1'],
        [{ caller: ['c1', 'c2', 'none'], team: ['platform'] }, (row) => row.caller !== 'c0'],
        [{ status: [500, 599] }, (row) => row.status === 503],
        [{ status: [200, 200] }, (row) => row.status === 200],
        [{ errorCode: 'upstream_overloaded', unpriced: true }, (row) => row.status === 503 && row.unpriced],
        [{ unpriced: false }, (row) => !row.unpriced],
        [{ endUser: 'u2', session: 's2' }, (row) => row.endUser === 'u2' && row.session === 's2'],
        [{ keyId: 'k3' }, (row) => row.keyId === 'k3'],
        [{ traceId: 'trace-77' }, (row) => row.traceId === 'trace-77'],
        [
          { tag: { key: 'project', value: 'x' }, caller: ['c0'] },
          (row) => row.tags['project'] === 'x' && row.caller === 'c0',
        ],
        [
          { from: START + 30 * HOUR_MS, to: START + 60 * HOUR_MS },
          (row) => row.startedAt >= START + 30 * HOUR_MS && row.startedAt < START + 60 * HOUR_MS,
        ],
        [{ caller: ['nobody'] }, () => false],
        [{ tag: { key: 'project', value: 'none' } }, () => false],
        [{ team: [null] }, () => false],
      ] as const satisfies readonly (readonly [object, (row: (typeof rows)[number]) => boolean])[];
      for (const [query, isWanted] of cases) {
        const { rows: found, next } = await store.ledger.search({ ...query, limit: 500 });
        expect(next).toBeUndefined();
        expect(found.map(({ id }) => id)).toEqual(
          rows
            .filter(isWanted)
            .map(({ id }) => id)
            .toReversed(),
        );
      }
    });

    test('has pages that follow each other, whatever is written meanwhile', async () => {
      const rows = rowsOf(57, (number) => ({ startedAt: START + number * 5 * HOUR_MS }));
      await store.ledger.append(rows);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.ledger.search({ limit: 10 }, cursor);
        seen.push(...page.rows.map(({ id }) => id));
        cursor = page.next;
        await store.ledger.append([rowOf(1000 + seen.length, { startedAt: START + 400 * HOUR_MS })]);
      } while (cursor !== undefined);
      expect(seen).toEqual(rows.map(({ id }) => id).toReversed());
    });

    test('refuses a cursor that it did not make', async () => {
      await store.ledger.append(rowsOf(3));
      for (const cursor of ['', 'x', '%', Buffer.from(`1.'; DROP TABLE keys`).toString('hex'), 'é'.repeat(5000)]) {
        expect(store.ledger.search({ limit: 1 }, cursor)).rejects.toBeInstanceOf(BadCursor);
      }
      const forged = Buffer.from(`99999.' OR 1=1 --`).toString('base64url');
      expect((await store.ledger.search({ limit: 9 }, forged)).rows).toHaveLength(3);
    });

    test('exports all of it, in its order', async () => {
      const rows = rowsOf(1203, (number) => ({ caller: `c${number % 2}` }));
      await store.ledger.append(rows);
      const exported: string[] = [];
      for await (const row of store.ledger.export({ caller: ['c1'] })) exported.push(row.id);
      expect(exported).toEqual(
        rows
          .filter(({ caller }) => caller === 'c1')
          .map(({ id }) => id)
          .toReversed(),
      );
    });
  });

  describe('bodies', () => {
    const DAY = START / DAY_MS;
    const bodiesAt = (at: number, document = 'x') => {
      const hex = at.toString(16).padStart(12, '0');
      return { id: `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000001`, startedAt: at, form: 'f', document };
    };

    test('come back as they were given, once, and whatever their length', async () => {
      const long = bodiesAt(START, 'A+/='.repeat(200_000));
      const next = bodiesAt(START + DAY_MS, 'next');
      expect(await store.bodies.append([long, next])).toBe(2);
      expect(await store.bodies.append([{ ...long, document: 'other' }, bodiesAt(START + 1)])).toBe(1);
      expect(await store.bodies.one(long.id)).toEqual(long);
      expect(await store.bodies.one(next.id)).toEqual(next);
      for (const none of [bodiesAt(START + 2).id, bodiesAt(START + 9 * DAY_MS).id, 'nothing', ...HOSTILE])
        expect(await store.bodies.one(none)).toBeUndefined();
      expect(await store.bodies.append([])).toBe(0);
    });

    test('go with their days, apart from the rows, and such days take no more', async () => {
      const all = [0, 1, 2].map((day) => bodiesAt(START + day * DAY_MS));
      await store.bodies.append(all);
      await store.ledger.append(rowsOf(1));
      expect(await store.bodies.dropDaysBefore(Math.floor(DAY) + 2)).toEqual([Math.floor(DAY), Math.floor(DAY) + 1]);
      expect(await store.bodies.dropDaysBefore(Math.floor(DAY) + 2)).toEqual([]);
      const left = await Promise.all(all.map(async ({ id }) => await store.bodies.one(id)));
      expect(left).toEqual([undefined, undefined, all[2]]);
      expect(await store.bodies.append(all)).toBe(0);
      expect((await store.ledger.search({ limit: 5 })).rows).toHaveLength(1);
    });

    test('are written while days are dropped', async () => {
      const writing = Array.from(
        { length: 12 },
        async (_, hour) => await store.bodies.append([bodiesAt(START + hour * 4 * HOUR_MS)]),
      );
      const dropping = [1, 2].map(async (day) => await store.bodies.dropDaysBefore(Math.floor(DAY) + day));
      await Promise.all([...writing, ...dropping]);
      const last = bodiesAt(START + 4 * DAY_MS);
      expect(await store.bodies.append([last])).toBe(1);
      expect(await store.bodies.one(last.id)).toEqual(last);
    });
  });

  describe('retention and proof', () => {
    test('a day that is dropped leaves its sums, and takes no rows any more', async () => {
      const rows = rowsOf(100, (number) => ({ startedAt: START + number * HOUR_MS, tags: { a: 'b' } }));
      await store.ledger.append(rows);
      const spent = await store.budgets.spent();
      expect(await store.ledger.days()).toEqual([20_760, 20_761, 20_762, 20_763, 20_764]);
      expect(await store.ledger.dropDaysBefore(20_762)).toEqual([20_760, 20_761]);
      expect(await store.ledger.days()).toEqual([20_762, 20_763, 20_764]);
      expect(await store.ledger.dropDaysBefore(20_762)).toEqual([]);
      expect(await store.ledger.one(rows[0]?.id ?? '')).toBeUndefined();
      expect(await store.ledger.append(rows.slice(0, 5))).toEqual([]);
      expect(await store.ledger.append([rowOf(5000, { startedAt: START - 90 * DAY_MS })])).toEqual([]);
      expect((await store.ledger.usage(ALL)).total.requests).toBe(100n);
      expect(await store.budgets.spent()).toEqual(spent);
      const report = await store.ledger.verify();
      expect(report).toMatchObject({ days: 3, rows: 62n, discrepancies: [] });
      expect((await store.ledger.search({ limit: 200 })).rows).toHaveLength(62);
    });

    test('roll-ups are kept at least as long as the rows', async () => {
      await store.ledger.append(rowsOf(100, (number) => ({ startedAt: START + number * HOUR_MS })));
      expect(await store.ledger.dropRollupsBefore(START + 999 * DAY_MS)).toBe(0);
      await store.ledger.dropDaysBefore(20_762);
      expect(await store.ledger.dropRollupsBefore(START + 999 * DAY_MS)).toBeGreaterThan(0);
      expect((await store.ledger.usage(ALL)).total.requests).toBe(62n);
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });

    test('rows are written while days are dropped', async () => {
      const rows = rowsOf(400, (number) => ({ startedAt: START + number * HOUR_MS }));
      await store.ledger.append(rows.slice(0, 200));
      const writing = Array.from({ length: 20 }, (_, at) => store.ledger.append(rows.slice(at * 20, at * 20 + 20)));
      const dropping = [20_761, 20_763, 20_765].map(async (day) => await store.ledger.dropDaysBefore(day));
      await Promise.all([...writing, ...dropping]);
      const { total } = await store.ledger.usage({ ...ALL, from: Date.parse('2026-11-08T00:00:00Z') });
      expect(total.requests).toBe(
        BigInt(rows.filter(({ startedAt }) => startedAt >= Date.parse('2026-11-08T00:00:00Z')).length),
      );
      expect((await store.ledger.verify()).discrepancies).toEqual([]);
    });

    test('a sum that is wrong is found and named', async () => {
      const place = await places.create();
      const own = await stores.open(place);
      await own.ledger.append(rowsOf(5, () => ({ tags: { a: 'b' } })));
      expect(await own.ledger.verify()).toEqual({ days: 1, rows: 5n, rollups: 1n, budgets: 1n, discrepancies: [] });
      const sql = new SQL(place.kind === 'sqlite' ? { adapter: 'sqlite', filename: place.file } : { url: place.url });
      const wrong = async (statement: string): Promise<string[]> => {
        await sql.unsafe(statement);
        const { discrepancies } = await own.ledger.verify();
        return discrepancies.map(({ of, measure, rows, sum }) => `${of}: ${measure} ${rows} ${sum}`);
      };
      expect(await wrong('UPDATE budget_spend SET amount = amount + 1')).toEqual([
        'budget key-1/day from 2026-11-03T00:00:00.000Z: amount 5000 5001',
      ]);
      expect(await wrong('UPDATE day_rollups SET nano_usd = nano_usd - 1 WHERE dim > 0')).toContain(
        'day_rollups 2026-11-03T00:00:00.000Z caller=ci team=platform owner=ann alias=gpt backend=openai model=gpt-5: nanoUsd 5000 4999',
      );
      expect((await wrong('DELETE FROM hour_tag_rollups')).length).toBeGreaterThan(20);
      expect((await wrong('DELETE FROM exchanges_20760')).length).toBeGreaterThan(20);
      await sql.close();
    });

    test('what was spent is known by window', async () => {
      // A clock that is set back finds what was spent before: so the latest is not enough.
      const ofA = Array.from({ length: 10 }, (_, window) => ({ budget: 'a', window }));
      const charges = [...ofA, { budget: 'b', window: 1 }];
      await store.ledger.append(charges.map((charge, at) => rowOf(at, { charges: [{ ...charge, amount: at + 1 }] })));
      expect(await store.budgets.spent()).toEqual([
        ...[2, 3, 4, 5, 6, 7, 8, 9].map((window) => ({ budget: 'a', window, amount: BigInt(window + 1) })),
        { budget: 'b', window: 1, amount: 11n },
      ]);
      const asked = [
        { budget: 'a', window: 1 },
        { budget: 'c', window: 1 },
      ];
      expect(await store.budgets.spent(asked)).toEqual([{ budget: 'a', window: 1, amount: 2n }]);
      expect(await store.budgets.spent([])).toEqual([]);
    });
  });
});

async function reasonOf(change: Promise<void>): Promise<string | undefined> {
  try {
    await change;
    return undefined;
  } catch (error) {
    if (error instanceof StoreConflict) return error.reason;
    throw error;
  }
}

/** What somebody does to the database without the gateway. */
async function runAt(place: StorePlace, statement: string): Promise<void> {
  const sql = new SQL(place.kind === 'sqlite' ? { adapter: 'sqlite', filename: place.file } : { url: place.url });
  await sql.unsafe(statement);
  await sql.close();
}

function auditOf(number: number, target = 'key-1') {
  return {
    id: `0000-${number}`,
    at: START + number,
    actor: 'admin',
    clientIp: undefined,
    action: 'keys.create',
    target,
    before: undefined,
    after: { name: target, list: [1, null] },
  };
}

function sum(count: number, of: (number: number) => number): bigint {
  return BigInt(Array.from({ length: count }, (_, number) => of(number)).reduce((a, b) => a + b, 0));
}

const NOTHING_KNOWN = {
  ttftMs: undefined,
  queueMs: undefined,
  caller: undefined,
  keyId: undefined,
  keyGeneration: undefined,
  team: undefined,
  owner: undefined,
  alias: undefined,
  aliasLabel: undefined,
  backend: undefined,
  model: undefined,
  reportedModel: undefined,
  clientDialect: undefined,
  backendDialect: undefined,
  endpoint: undefined,
  finishReason: undefined,
  nanoUsd: undefined,
  heldNanoUsd: undefined,
  userAgent: undefined,
} as const;

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation, Node } from '../../../test/kit/installation.ts';
import { eventually } from '../../../test/kit/settled.ts';
import { makeKey } from './made-key.ts';

const ANN = { actor: 'ann' };
const SECOND_MS = 1000;

let place: Installation;
const nodes: Node[] = [];

beforeEach(() => {
  place = new Installation();
});

afterEach(async () => {
  for (const node of nodes.splice(0)) node.sync.stop();
  await place.close();
});

async function started(dataDir?: string): Promise<Node> {
  const node = new Node(place, dataDir);
  nodes.push(node);
  const starting = node.sync.start();
  await starting;
  return node;
}

describe('another node', () => {
  test('knows within a second what was made, changed and revoked', async () => {
    const [here, there] = [await started(), await started()];
    const { id, key } = await here.keys.create({ name: 'ci', models: ['*'] }, ANN);
    expect(there.whose(key)).toBeUndefined();
    place.clock.advance(SECOND_MS);
    await eventually(() => there.whose(key) === 'ci');
    await here.teams.create({ name: 'core', rps: 5 }, ANN);
    await here.keys.update(id, { team: 'core' }, ANN);
    place.clock.advance(SECOND_MS);
    await eventually(() => there.stored.get(id)?.team === 'core');
    expect(there.access.teams.team('core').limits.rps).toBe(5);
    await here.keys.revoke(id, ANN);
    place.clock.advance(SECOND_MS);
    await eventually(() => there.whose(key) === undefined);
  });

  test('is asked for one number as long as nothing changes', async () => {
    await started();
    const { calls, clock } = place;
    const { timersSet } = clock;
    for (let second = 1; second <= 5; second++) {
      clock.advance(SECOND_MS);
      // Each time it sets one timer for the answer, and then one for the next time.
      await eventually(() => clock.timersSet === timersSet + 2 * second);
    }
    expect(place.calls).toBe(calls + 5);
  });
});

describe('who shows a key', () => {
  test('causes no query, known or not', async () => {
    const node = await started();
    const { key } = await node.keys.create({ name: 'ci', models: ['*'] }, ANN);
    const { calls } = place;
    expect([node.whose(key), node.whose(makeKey()), node.whose("' OR 1=1 --")]).toEqual(['ci', undefined, undefined]);
    expect(place.calls).toBe(calls);
  });
});

describe('while the database is away', () => {
  test('keys are as they were last, and that is told once', async () => {
    const node = await started();
    const { key } = await node.keys.create({ name: 'ci', models: ['*'] }, ANN);
    place.isDown = true;
    for (let at = 0; at < 3; at++) await node.sync.refresh();
    expect([node.whose(key), node.sync.source, node.told]).toEqual(['ci', 'memory', ['unreadable, from memory']]);
    place.isDown = false;
    await node.sync.refresh();
    expect([node.sync.source, node.told.at(-1)]).toEqual(['database', 'readable']);
  });

  test('a gateway starts with the copy of the keys, and goes on with what they are when it is back', async () => {
    const before = await started();
    const { key } = await before.keys.create({ name: 'ci', models: ['*'], allowed_ips: ['10.0.0.0/8'] }, ANN);
    const { id, key: revoked } = await before.keys.create({ name: 'old', models: ['*'] }, ANN);
    await before.keys.revoke(id, ANN);
    place.isDown = true;
    const node = await started();
    expect([node.whose(key), node.sync.source, node.told]).toEqual(['ci', 'cache', ['unreadable, from cache']]);
    expect(node.check.isBlind).toBe(false);
    // It was revoked a moment before, and the copy knows that.
    expect(node.whose(revoked)).toBeUndefined();
    place.isDown = false;
    await node.sync.refresh();
    expect([node.whose(key), node.whose(revoked), node.sync.source]).toEqual(['ci', undefined, 'database']);
  });

  test.each([
    ['no copy', undefined],
    ['a torn copy', '{"format":1,"revi'],
    ['a copy of another version', '{"format":2,"revision":1,"keys":[],"teams":[]}'],
  ])('a gateway that starts with %s knows that it does not know', async (_what, text) => {
    if (text !== undefined) writeFileSync(join(place.dir, 'keys.json'), text);
    place.isDown = true;
    const node = await started();
    expect([node.sync.source, node.check.isBlind, node.told]).toEqual(['none', true, ['unreadable, from none']]);
    place.isDown = false;
    await node.sync.refresh();
    expect([node.sync.source, node.check.isBlind]).toEqual(['database', false]);
  });
});

describe('what was read', () => {
  test('takes nothing back that was changed here meanwhile', async () => {
    const node = await started();
    const { id, key } = await node.keys.create({ name: 'ci', models: ['*'] }, ANN);
    await node.keys.create({ name: 'other', models: ['*'] }, ANN);
    // It is read while the key is revoked.
    const reading = node.sync.refresh();
    await node.keys.revoke(id, ANN);
    await reading;
    expect(node.whose(key)).toBeUndefined();
    expect(node.stored.size).toBe(1);
  });

  test('of a database that was restored from a backup counts as it is', async () => {
    const node = await started();
    const { id, key } = await node.keys.create({ name: 'ci', models: ['*'] }, ANN);
    const older = node.stored.get(id);
    if (older === undefined) throw new Error('it was made');
    await node.keys.update(id, { enabled: false }, ANN);
    node.stored.replace({ keys: [older], teams: [] });
    expect([node.stored.get(id)?.enabled, node.whose(key)]).toEqual([true, 'ci']);
  });

  test('a key that has the name of one of the config lets nobody in until the config has it no more', async () => {
    const node = await started();
    const { key } = await node.keys.create({ name: 'ci', models: ['*'] }, ANN);
    const spec = node.stored.all().map((stored) => ({ ...stored, logBodies: undefined }));
    expect(node.access.configure(spec, [])).toEqual(['ci']);
    expect(node.whose(key)).toBeUndefined();
    node.access.configure([], []);
    expect(node.whose(key)).toBe('ci');
  });
});

test('a node with another secret says so, and makes no key that others would not know', async () => {
  const here = await started();
  await here.keys.create({ name: 'ci', models: ['*'] }, ANN);
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-other-'));
  const there = await started(dir);
  expect([there.secret.isForeign, there.told]).toEqual([true, ['foreign']]);
  const refused = await there.keys.create({ name: 'x', models: ['*'] }, ANN).catch((error: Error) => error.message);
  expect(refused).toContain('No key can be made here: the file `secret`');
  writeFileSync(join(dir, 'secret'), readFileSync(join(place.dir, 'secret')));
  chmodSync(join(dir, 'secret'), 0o600);
  const { key } = await here.keys.create({ name: 'y', models: ['*'] }, ANN);
  expect((await started(dir)).whose(key)).toBe('y');
  rmSync(dir, { recursive: true });
});

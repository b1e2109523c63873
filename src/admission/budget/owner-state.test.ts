import { afterEach, expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { featureTools } from '../../../test/kit/feature-tools.ts';
import { Installation, Node } from '../../../test/kit/installation.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { createBudgets } from './feature.ts';
import { ownerIn, ownerStateOf } from './owner-state.ts';

const ANN = { actor: 'ann' };
const BUDGETS = { budgets: [{ usd: '5', per: 'total' }] };
const TEN_MINUTES = 600_000;

let place: Installation | undefined;

afterEach(async () => {
  await place?.close();
});

async function started(): Promise<Node> {
  place = new Installation();
  const node = new Node(place, undefined);
  await node.sync.start();
  node.sync.stop();
  return node;
}

test('a key that was made is gone once it is deleted, and a team is away until another has its name', async () => {
  const node = await started();
  const { id } = await node.keys.create({ name: 'ci', models: ['*'] }, ANN);
  await node.teams.create({ name: 'core' }, ANN);
  const state = (owner: string) => ownerStateOf(owner, node.access);
  expect([state(`key:${id}`), state('team:core')]).toEqual(['here', 'here']);
  await node.keys.revoke(id, ANN);
  await node.teams.delete('core', ANN);
  expect([state(`key:${id}`), state('team:core'), state('key:core/ci'), state('all'), state('model:m')]).toEqual([
    'gone',
    'away',
    'away',
    'here',
    'here',
  ]);
  expect(ownerIn(`key:${id}/usd-day:usd/day`)).toBe(`key:${id}`);
  expect(ownerIn('team:core/a/b:usd/day')).toBe('team:core');
  expect(ownerIn('all/x:usd/day')).toBeUndefined();
});

test('budgets of many keys that were made and deleted leave nothing behind', async () => {
  const node = await started();
  const clock = new FakeClock();
  const tools = { ...featureTools(clock), callers: node.access };
  const config = configOf({ data_dir: '/nowhere', keys: [] }, '127.0.0.1:0');
  const feature = createBudgets(tools, { spentSource: () => undefined });
  feature.configure(
    config,
    buildSnapshot(config, { live: new LiveBackends(() => true), env: {}, prompts: undefined, policies: [] }),
  );
  const kept = await node.keys.create({ name: 'kept', models: ['*'], ...BUDGETS }, ANN);
  for (let n = 0; n < 20; n++) {
    const { id, key } = await node.keys.create({ name: `ci-${n}`, models: ['*'], ...BUDGETS }, ANN);
    const caller = node.stored.find(key)?.caller;
    if (caller !== undefined) tools.budgets.ofCaller(caller);
    await node.keys.revoke(id, ANN);
  }
  const { caller } = node.stored.find(kept.key) ?? {};
  if (caller !== undefined) tools.budgets.ofCaller(caller);
  const ids = () => Array.from(tools.budgets.all(), ({ rule }) => rule.owner);
  expect(ids().length).toBe(21);
  clock.advance(2 * TEN_MINUTES);
  expect(ids()).toEqual([`key:${kept.id}`]);
  await feature.close?.();
  expect(clock.pending).toBe(0);
});

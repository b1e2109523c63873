import { describe, expect, test } from 'bun:test';
import { mayUse, type Caller } from '../../core/caller.ts';
import type { TeamSpec } from '../../core/key-spec.ts';
import { NO_LIMITS } from '../../core/team.ts';
import { TeamTree } from './team-tree.ts';

function spec(name: string, changes: Partial<TeamSpec> = {}): TeamSpec {
  return { ...NO_LIMITS, name, parent: undefined, models: undefined, ...changes };
}

function lineageOf(tree: TeamTree, name: string): string[] {
  return tree.team(name).lineage.map((team) => team.name);
}

describe('the tree of teams', () => {
  test('has for each team those above it, and what they may', () => {
    const tree = new TeamTree();
    tree.configure([spec('c', { parent: 'b' }), spec('b', { parent: 'a', models: ['gpt*'] }), spec('a')]);
    expect(lineageOf(tree, 'c')).toEqual(['c', 'b', 'a']);
    const caller: Caller = { id: 'x', name: 'x', models: ['*'], isOperator: false, team: tree.team('c') };
    expect([mayUse(caller, 'gpt-5'), mayUse(caller, 'claude')]).toEqual([true, false]);
    expect(mayUse({ ...caller, models: ['claude'] }, 'claude')).toBe(false);
    tree.configure([spec('c', { parent: 'a' }), spec('a')]);
    // Whoever holds on to a team sees what it is now.
    expect(mayUse(caller, 'claude')).toBe(true);
  });

  test('a team that does not exist, or is below one that does not, has a fault until it does', () => {
    const tree = new TeamTree();
    const team = tree.team('core');
    expect(team.fault).toBe('the team `core` does not exist');
    tree.configure([spec('core', { parent: 'company' })]);
    expect(team.fault).toBe('the team `company` does not exist');
    tree.change([spec('company')]);
    expect([team.fault, lineageOf(tree, 'core')]).toEqual([undefined, ['core', 'company']]);
    tree.change([], ['company']);
    expect(team.fault).toBe('the team `company` does not exist');
  });

  test('teams that two nodes have put into a circle let nobody in, and the others do', () => {
    const tree = new TeamTree();
    tree.change([spec('a', { parent: 'b' }), spec('b', { parent: 'a' }), spec('c', { parent: 'a' }), spec('d')]);
    expect(tree.team('a').fault).toBe('the team `a` stands above itself');
    expect(tree.team('c').fault).toBe('the team `a` stands above itself');
    expect(tree.team('d').fault).toBeUndefined();
  });

  test('a team of the config takes the place of one of the store', () => {
    const tree = new TeamTree();
    tree.change([spec('a', { rps: 1 })]);
    tree.configure([spec('a', { rps: 2 })]);
    expect([tree.team('a').limits.rps, tree.isOfConfig('a'), tree.specs.length]).toEqual([2, true, 1]);
    tree.configure([]);
    expect([tree.team('a').limits.rps, tree.isOfConfig('a')]).toEqual([1, false]);
  });
});

describe('teams that are deleted', () => {
  test('come back for the keys that hold on to them, and are forgotten where none does', async () => {
    const tree = new TeamTree();
    const held = tree.team('held');
    tree.change([spec('held'), ...Array.from({ length: 50 }, (_, n) => spec(`ci-${n}`))]);
    const weak = Array.from({ length: 50 }, (_, n) => new WeakRef(tree.team(`ci-${n}`)));
    tree.change([], ['held', ...Array.from({ length: 50 }, (_, n) => `ci-${n}`)]);
    expect(held.fault).toBe('the team `held` does not exist');
    // What a turn of the event loop has looked at through a WeakRef lives until its end.
    await new Promise((resolve) => setTimeout(resolve, 0));
    Bun.gc(true);
    // A stack that was not overwritten yet may hold on to some.
    expect(weak.filter((each) => each.deref() !== undefined).length).toBeLessThan(25);
    tree.change([spec('held', { rps: 3 })]);
    expect([held.fault, held.limits.rps]).toEqual([undefined, 3]);
  });
});

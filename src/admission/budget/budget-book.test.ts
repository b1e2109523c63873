import { describe, expect, test } from 'bun:test';
import type { Caller } from '../../core/caller.ts';
import { NO_LIMITS } from '../../core/team.ts';
import { BudgetBook } from './budget-book.ts';

const NOTHING = { matched: [], aliases: [], owners: [] };

/** A caller as its key is after one change: another object each time. */
function callerOf(usd: string, id: string | undefined = 'k1'): Caller {
  return {
    id: 'ci',
    name: 'ci',
    models: undefined,
    isOperator: false,
    key: {
      id,
      owner: undefined,
      tags: {},
      endpoints: undefined,
      allowedIps: undefined,
      limits: { ...NO_LIMITS, budgets: [{ usd, per: 'day' }] },
      logBodies: undefined,
    },
  };
}

const limitOf = (book: BudgetBook, caller: Caller) => book.ofCaller(caller).budgets[0]?.rule.limit;

describe('what counts for a key', () => {
  test('is what the latest change of it says, also when a request from before it is looked up again', () => {
    const book = new BudgetBook();
    const [before, after] = [callerOf('100'), callerOf('1')];
    expect(limitOf(book, before)).toBe(100_000_000_000n);
    expect(limitOf(book, after)).toBe(1_000_000_000n);
    book.configure(NOTHING);
    expect(limitOf(book, before)).toBe(1_000_000_000n);
    expect(limitOf(book, after)).toBe(1_000_000_000n);
  });

  test('is what the config in force says, whenever a request from before it is first looked up', () => {
    const book = new BudgetBook();
    const owner = { id: 'key:ci', label: 'key:ci' };
    const budget = { usd: '1', per: 'day', zone: 'UTC', week_starts: 'monday', mode: 'hard' } as const;
    const usual = { alert_at: [50], on_exceeded: 'reject', overrun: 'end', unpriced: 'deny' } as const;
    book.configure({ ...NOTHING, owners: [{ owner, budgets: [{ ...budget, ...usual }] }] });
    expect(limitOf(book, { ...callerOf('100'), key: { ...keyOf(callerOf('100')), id: undefined } })).toBe(
      1_000_000_000n,
    );
  });
});

function keyOf({ key }: Caller): NonNullable<Caller['key']> {
  if (key === undefined) throw new Error('it has a key');
  return key;
}

describe('budgets of keys and teams that are no more', () => {
  const KEY = '01995f6e-0000-7000-8000-000000000001';
  const NOON = Date.parse('2026-05-05T12:00:00Z');
  const DAY_MS = 86_400_000;
  const TODAY = Date.parse('2026-05-05T00:00:00Z');

  /** A book with a budget of a key and one of its team, of which something is spent. */
  function usedBook() {
    const book = new BudgetBook();
    const team = { name: 'team', models: undefined, limits: { ...NO_LIMITS, budgets: [{ usd: '9', per: 'day' }] } };
    const caller = { ...callerOf('5', KEY), team: { ...team, fault: undefined, lineage: [] as never[] } };
    caller.team.lineage = [caller.team] as never[];
    const { budgets } = book.ofCaller(caller);
    for (const budget of budgets) {
      const counter = budget.counterAt(NOON);
      counter.open();
      counter.settle(0, 1_000_000_000);
    }
    return { book, caller, budgets, ids: () => Array.from(book.all(), ({ rule }) => rule.id) };
  }
  const OF_KEY = `key:${KEY}/usd-day:usd/day`;
  const OF_TEAM = 'team:team/usd-day:usd/day';

  test('go when they have been found to be no more twice: a deleted key at once, a team when its window is over', () => {
    const { book, ids } = usedBook();
    const stateOf = (owner: string) => (owner.startsWith('team:') ? 'away' : 'gone');
    book.forget(() => 'here', NOON);
    book.forget(() => 'here', NOON + 2 * DAY_MS);
    expect(ids()).toEqual([OF_KEY, OF_TEAM]);
    book.forget(stateOf, NOON);
    expect(ids()).toEqual([OF_KEY, OF_TEAM]);
    book.forget(stateOf, NOON);
    expect(ids()).toEqual([OF_TEAM]);
    book.forget(stateOf, TODAY + DAY_MS - 1);
    book.forget(stateOf, TODAY + DAY_MS - 1);
    expect(ids()).toEqual([OF_TEAM]);
    book.forget(stateOf, TODAY + DAY_MS);
    book.forget(stateOf, TODAY + DAY_MS);
    expect(ids()).toEqual([]);
  });

  test('stay while anything is held of them, and what is settled then counts still', () => {
    const { book, budgets, ids } = usedBook();
    const [budget] = budgets;
    const counter = budget?.counterAt(NOON);
    counter?.open();
    counter?.hold(5);
    for (let n = 0; n < 3; n++) book.forget(() => 'gone', NOON + 9 * DAY_MS);
    expect(ids()).toEqual([OF_KEY]);
    counter?.settle(5, 7);
    expect(counter?.spent).toBe(1_000_000_007n);
    for (let n = 0; n < 2; n++) book.forget(() => 'gone', NOON);
    expect(ids()).toEqual([]);
  });

  test('are forgotten as well where only the database knew of them', () => {
    const { book, caller } = usedBook();
    const [yesterday, spent] = [TODAY - DAY_MS, 2_000_000_000n];
    book.restore([
      { budget: `key:${KEY}/old:usd/total`, window: 0, amount: 1n },
      { budget: OF_TEAM.replace('team:team', 'team:other'), window: TODAY, amount: spent },
      { budget: OF_TEAM.replace('team:team', 'team:other'), window: yesterday, amount: spent },
    ]);
    const asked: string[] = [];
    const stateOf = (owner: string) => {
      asked.push(owner);
      return owner.startsWith('key:') ? 'gone' : 'away';
    };
    for (let n = 0; n < 2; n++) book.forget(stateOf, NOON);
    expect(asked).toContain('team:other');
    // The team is made again on the same day: what was spent in its name counts.
    const team = { ...caller.team, name: 'other' };
    const again = { ...caller, team: { ...team, lineage: [team] as never[] } };
    expect(book.ofCaller(again).budgets[1]?.counterAt(NOON).spent).toBe(spent);
  });
});

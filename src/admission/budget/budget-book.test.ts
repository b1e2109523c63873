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

import { describe, expect, test } from 'bun:test';
import { systemClock } from '../../lib/clock.ts';
import type { BudgetSpend } from '../../storage/budget-spend.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import { record } from '../record.fixture.ts';
import { FakeStore, ledgerIn, tempDir } from './ledger.fixture.ts';
import type { Ledger } from './ledger.ts';
import { spentSoFar } from './spent.ts';

const charge = (amount: number) => ({ charges: [{ budget: 'team', window: 7, amount }] });

/** A ledger whose earlier process has left rows that take so much. */
async function left(dir: string, amounts: readonly number[], store = new FakeStore()): Promise<Ledger> {
  store.isDown = true;
  const first = ledgerIn(dir, { store });
  await first.ledger.start();
  for (const amount of amounts) first.ledger.record(record(charge(amount)));
  await first.ledger.close();
  const { ledger } = ledgerIn(dir, { store });
  await ledger.start();
  return ledger;
}

/** The store has none of the rows. */
const NONE: Store['ledger']['known'] = () => Promise.resolve(new Set<string>());

async function spentOf(ledger: Ledger, spent: () => Promise<BudgetSpend[]>, known = NONE) {
  const unknown: string[] = [];
  const later = Promise.withResolvers<BudgetSpend[]>();
  const sources = {
    replayUnshipped: ledger.replayUnshipped.bind(ledger),
    beforeOwnRows: ledger.beforeOwnRows.bind(ledger),
    store: () => Promise.resolve({ budgets: { spent }, ledger: { known } } as unknown as Store),
    clock: systemClock,
    unknown: ({ message }: Error) => void unknown.push(message),
    known: () => void unknown.push('known'),
  };
  const found = await spentSoFar(sources, later.resolve);
  return { found, unknown, later: later.promise };
}

describe('what was spent when a process starts', () => {
  test('is what the store has, and what the journal has for it', async () => {
    using folder = tempDir();
    const ledger = await left(folder.dir, [1, 2, 4]);
    const stored = [
      { budget: 'team', window: 7, amount: 100n },
      { budget: 'team', window: 6, amount: 8n },
    ];
    const { found, unknown } = await spentOf(ledger, () => Promise.resolve(stored));
    await ledger.close();
    expect(found).toEqual([
      { budget: 'team', window: 7, amount: 107n },
      { budget: 'team', window: 6, amount: 8n },
    ]);
    expect(unknown).toEqual([]);
  });

  test('counts a row once that was stored although the journal still has it', async () => {
    using folder = tempDir();
    const ledger = await left(folder.dir, [1, 2, 4]);
    const stored = [{ budget: 'team', window: 7, amount: 103n }];
    const known: typeof NONE = (rows) => Promise.resolve(new Set(rows.slice(0, 2).map(({ id }) => id)));
    const { found } = await spentOf(ledger, () => Promise.resolve(stored), known);
    await ledger.close();
    expect(found).toEqual([{ budget: 'team', window: 7, amount: 107n }]);
  });

  test('is what the journal has while the store is away, and the rest when it is back, each charge once', async () => {
    using folder = tempDir();
    const store = new FakeStore();
    const ledger = await left(folder.dir, [1, 2], store);
    // As a database has it: what was there before, and the charges of all rows that have come.
    const spent = (): Promise<BudgetSpend[]> => {
      if (store.isDown) return Promise.reject(new StoreUnavailable('unreachable', 'gone'));
      const added = [...store.rows.values()].flatMap(({ charges }) => charges.map(({ amount }) => amount));
      const amount = BigInt(added.reduce((sum, each) => sum + each, 100));
      return Promise.resolve([
        { budget: 'team', window: 7, amount },
        { budget: 'team', window: 6, amount: 8n },
      ]);
    };
    const { found, unknown, later } = await spentOf(ledger, spent);
    expect(found).toEqual([{ budget: 'team', window: 7, amount: 3n }]);
    expect(unknown).toEqual(['gone']);
    // What this process serves meanwhile is counted by itself.
    ledger.record(record(charge(50)));
    expect(await ledger.settled()).toBe(false);
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    expect(await later).toEqual([
      { budget: 'team', window: 7, amount: 100n },
      { budget: 'team', window: 6, amount: 8n },
    ]);
    expect(unknown).toEqual(['gone', 'known']);
    expect(store.rows.size).toBe(3);
    await ledger.close();
  });

  test('comes late also where nothing is to be shipped', async () => {
    using folder = tempDir();
    const { ledger, store } = ledgerIn(folder.dir);
    await ledger.start();
    let isAway = true;
    const stored = [{ budget: 'team', window: 7, amount: 100n }];
    const { found, later } = await spentOf(ledger, () => {
      if (!isAway) return Promise.resolve(stored);
      isAway = false;
      return Promise.reject(new StoreUnavailable('unreachable', 'gone'));
    });
    expect(found).toEqual([]);
    expect(await later).toEqual(stored);
    expect(store.rows.size).toBe(0);
    await ledger.close();
  });
});

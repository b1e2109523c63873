import { describe, expect, test } from 'bun:test';
import type { BudgetSpend } from '../../storage/budget-spend.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import { record } from '../record.fixture.ts';
import { FakeStore, ledgerIn, tempDir } from './ledger.fixture.ts';
import type { Ledger } from './ledger.ts';
import { spentSoFar } from './spent.ts';

const charge = (amount: number) => ({ charges: [{ budget: 'team', window: 7, amount }] });

/** A ledger whose earlier process has left rows that take so much. */
async function left(dir: string, amounts: readonly number[]): Promise<Ledger> {
  const store = new FakeStore();
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
  const found = await spentSoFar({
    replayUnshipped: (read) => ledger.replayUnshipped(read),
    store: () => Promise.resolve({ budgets: { spent }, ledger: { known } } as unknown as Store),
    unknown: ({ message }) => void unknown.push(message),
  });
  await ledger.close();
  return { found, unknown };
}

describe('what was spent when a process starts', () => {
  test('is what the store has, and what the journal has for it', async () => {
    using folder = tempDir();
    const ledger = await left(folder.dir, [1, 2, 4]);
    const stored = [
      { budget: 'team', window: 7, amount: 100n },
      { budget: 'team', window: 6, amount: 8n },
    ];
    expect(await spentOf(ledger, () => Promise.resolve(stored))).toEqual({
      found: [
        { budget: 'team', window: 7, amount: 107n },
        { budget: 'team', window: 6, amount: 8n },
      ],
      unknown: [],
    });
  });

  test('counts a row once that was stored although the journal still has it', async () => {
    using folder = tempDir();
    const ledger = await left(folder.dir, [1, 2, 4]);
    const stored = [{ budget: 'team', window: 7, amount: 103n }];
    const known: typeof NONE = (rows) => Promise.resolve(new Set(rows.slice(0, 2).map(({ id }) => id)));
    const { found } = await spentOf(ledger, () => Promise.resolve(stored), known);
    expect(found).toEqual([{ budget: 'team', window: 7, amount: 107n }]);
  });

  test('is what the journal has while the store is away, and that is said', async () => {
    using folder = tempDir();
    const ledger = await left(folder.dir, [1, 2]);
    const away = () => Promise.reject(new StoreUnavailable('unreachable', 'gone'));
    expect(await spentOf(ledger, away)).toEqual({
      found: [{ budget: 'team', window: 7, amount: 3n }],
      unknown: ['gone'],
    });
  });
});

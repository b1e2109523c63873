import type { LedgerRow } from '../../core/ledger-row.ts';
import type { BudgetSpend } from '../../storage/budget-spend.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import { notStored } from './not-stored.ts';

/** What the rows are that the store does not have, and the store. */
export interface SpentSources {
  /** Calls `read` with the rows that an earlier process has left, while nothing is shipped. */
  replayUnshipped<T>(read: (rows: AsyncIterable<LedgerRow>) => Promise<T>): Promise<T>;
  store(): Promise<Store>;
  /** The store cannot be used: what was shipped to it is not known. */
  unknown(error: StoreUnavailable): void;
}

/**
 * What was spent of all budgets when the process starts: the sums of the store, and the charges of rows that an earlier
 * process has left and the store does not have. Each charge is in one of the two. While the store is away, the latter alone.
 */
export async function spentSoFar({ replayUnshipped, store, unknown }: SpentSources): Promise<BudgetSpend[]> {
  return await replayUnshipped(async (rows) => {
    const spent = await ofStore(store, unknown);
    for await (const { charges } of notStored(store, rows)) {
      for (const { budget, window, amount } of charges) spent.push({ budget, window, amount: BigInt(amount) });
    }
    return summed(spent);
  });
}

async function ofStore(store: SpentSources['store'], unknown: SpentSources['unknown']): Promise<BudgetSpend[]> {
  try {
    return await (await store()).budgets.spent();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    unknown(error);
    return [];
  }
}

function summed(spends: readonly BudgetSpend[]): BudgetSpend[] {
  const sums = new Map<string, BudgetSpend>();
  for (const { budget, window, amount } of spends) {
    const key = `${window} ${budget}`;
    sums.set(key, { budget, window, amount: (sums.get(key)?.amount ?? 0n) + amount });
  }
  return [...sums.values()];
}

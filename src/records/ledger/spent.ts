import type { BudgetSpend } from '../../storage/budget-spend.ts';
import type { Store } from '../../storage/store.ts';
import type { Ledger } from './ledger.ts';

/**
 * What was spent of all budgets when the process starts: the sums of the store, and the charges of rows that an earlier
 * process has left and the store does not have. Each charge is in one of the two. Rejects if the store cannot be used.
 */
export async function spentSoFar(ledger: Ledger, store: () => Promise<Store>): Promise<BudgetSpend[]> {
  return await ledger.replayUnshipped(async (rows) => {
    const spent = await (await store()).budgets.spent();
    for await (const { charges } of rows) {
      for (const { budget, window, amount } of charges) spent.push({ budget, window, amount: BigInt(amount) });
    }
    return summed(spent);
  });
}

function summed(spends: readonly BudgetSpend[]): BudgetSpend[] {
  const sums = new Map<string, BudgetSpend>();
  for (const { budget, window, amount } of spends) {
    const key = `${window} ${budget}`;
    sums.set(key, { budget, window, amount: (sums.get(key)?.amount ?? 0n) + amount });
  }
  return [...sums.values()];
}

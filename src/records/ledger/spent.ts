import type { LedgerRow } from '../../core/ledger-row.ts';
import type { Clock } from '../../lib/clock.ts';
import type { BudgetSpend } from '../../storage/budget-spend.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import { notStored } from './not-stored.ts';

/** What the rows are that the store does not have, and the store. */
export interface SpentSources {
  /** Calls `read` with the rows that an earlier process has left; `isExact`: nothing is shipped meanwhile. */
  replayUnshipped<T>(read: (rows: AsyncIterable<LedgerRow>, isExact: boolean) => Promise<T>): Promise<T>;
  /** Calls `read` as soon as the store has all of those rows, and nothing that came after them; if it rejects, again later. */
  beforeOwnRows(read: () => Promise<void>): void;
  store(): Promise<Store>;
  readonly clock: Clock;
  /** The store cannot be used: what was shipped to it is not known yet. */
  unknown(error: StoreUnavailable): void;
  /** Now it is. */
  known(): void;
}

/**
 * What was spent of all budgets when the process starts: the sums of the store, and the charges of rows that an earlier
 * process has left and the store does not have. Each charge is in one of the two. While the store is away, the latter alone;
 * `later` gets what the former has beyond it when the store answers.
 */
export async function spentSoFar(
  sources: SpentSources,
  later: (spends: BudgetSpend[]) => void,
): Promise<readonly BudgetSpend[]> {
  const { replayUnshipped, beforeOwnRows, store, known } = sources;
  return await replayUnshipped(async (rows, isExact) => {
    const ofStore = await storedOrUnknown(sources, isExact);
    const spent = [...(ofStore ?? [])];
    for await (const { charges } of ofStore === undefined ? rows : notStored(store, rows)) {
      for (const { budget, window, amount } of charges) spent.push({ budget, window, amount: BigInt(amount) });
    }
    const found = summed(spent);
    if (ofStore === undefined) {
      beforeOwnRows(async () => {
        later(beyond(await storedOf(store), found));
        known();
      });
    }
    return [...found.values()];
  });
}

/** The gateway does not wait for a database that does not answer. */
const ANSWER_MS = 3000;

async function storedOrUnknown(sources: SpentSources, isExact: boolean): Promise<BudgetSpend[] | undefined> {
  const { store, unknown, clock } = sources;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(isExact ? ANSWER_MS : 0, () =>
    reject(new StoreUnavailable('unreachable', 'the database does not answer')),
  );
  try {
    return await Promise.race(isExact ? [storedOf(store), late] : [late]);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    unknown(error);
    return undefined;
  } finally {
    cancel();
  }
}

async function storedOf(store: SpentSources['store']): Promise<BudgetSpend[]> {
  return await (await store()).budgets.spent();
}

/** What the store has more than was known: by then it has the rows, too, of which that was the sum. */
function beyond(stored: readonly BudgetSpend[], known: ReadonlyMap<string, BudgetSpend>): BudgetSpend[] {
  return stored.flatMap((spend) => {
    const amount = spend.amount - (known.get(keyOf(spend))?.amount ?? 0n);
    return amount > 0n ? [{ ...spend, amount }] : [];
  });
}

function summed(spends: readonly BudgetSpend[]): Map<string, BudgetSpend> {
  const sums = new Map<string, BudgetSpend>();
  for (const spend of spends) {
    const key = keyOf(spend);
    sums.set(key, { ...spend, amount: (sums.get(key)?.amount ?? 0n) + spend.amount });
  }
  return sums;
}

function keyOf({ budget, window }: BudgetSpend): string {
  return `${window} ${budget}`;
}

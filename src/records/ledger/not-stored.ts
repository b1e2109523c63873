import type { LedgerRow } from '../../core/ledger-row.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';

const MOST_ASKED = 500;

/**
 * Of the rows that the journal has left, those that the store does not have: a process that was killed, or whose disk was
 * full, may have stored rows without noting it. All of them while the store cannot be used.
 */
export async function* notStored(
  store: () => Promise<Store>,
  rows: AsyncIterable<LedgerRow>,
): AsyncGenerator<LedgerRow> {
  let some: LedgerRow[] = [];
  for await (const row of rows) {
    if (some.push(row) < MOST_ASKED) continue;
    yield* await unknownOf(store, some);
    some = [];
  }
  yield* await unknownOf(store, some);
}

async function unknownOf(store: () => Promise<Store>, rows: readonly LedgerRow[]): Promise<readonly LedgerRow[]> {
  if (rows.length === 0) return rows;
  try {
    const known = await (await store()).ledger.known(rows);
    return rows.filter(({ id }) => !known.has(id));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return rows;
  }
}

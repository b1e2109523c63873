import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import type { LedgerSink } from './ledger-sink.ts';

/** The database as what a ledger ships to. It is opened when the first rows are shipped, or by whoever needs it before. */
export function storeSink(store: () => Promise<Store>): LedgerSink {
  return {
    append: async (rows) => await (await store()).ledger.appendJson(rows),
    ping: async () => await (await store()).ping(),
    isUnavailable: (error) => error instanceof StoreUnavailable,
  };
}

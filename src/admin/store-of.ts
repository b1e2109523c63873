import type { RunTimeAccess } from '../admission/keys/caller-access.ts';
import type { Context } from '../context.ts';
import { memoryLedger, type LedgerReads } from '../records/recent/memory-ledger.ts';
import type { AdminContext } from './admin-context.ts';
import { Refusal } from '../core/refusal.ts';
import { BadCursor } from '../storage/ledger-query.ts';
import type { Store } from '../storage/store.ts';
import { StoreConflict, StoreUnavailable } from '../storage/store-errors.ts';

/** The gateway's database. Rejects with a Refusal where none is configured, and with `StoreUnavailable`. */
export async function storeOf({ openStore }: Context): Promise<Store> {
  return (await openStore()) ?? needsStore();
}

/** The ledger, for those who only read: of the database, or of the last requests where there is none. */
export async function ledgerOf(context: AdminContext): Promise<LedgerReads> {
  const store = isInMemory(context) ? undefined : context.openStore();
  return store === undefined ? memoryLedger(context.recent) : (await store).ledger;
}

/** No ledger is kept: what is known of requests is the last of them. */
export function isInMemory(context: AdminContext): boolean {
  const { ledger, database, data_dir: dataDir } = context.config();
  if (context.hidesHistory === true) return true;
  return !ledger.enabled || (database === undefined && dataDir === undefined);
}

/** Keys and teams that can be changed. Throws a Refusal where there is no database to keep them in. */
export function accessOf({ callers }: Context): RunTimeAccess {
  return callers.runTime ?? needsStore();
}

function needsStore(): never {
  throw new Refusal(
    'storage_not_configured',
    'This needs a database, and the config names none. Set `data_dir: DIRECTORY` (SQLite) or `database: postgres://…`, and restart.',
  );
}

/** What came of a call to the database, as the client is told; undefined for what is a bug. */
export function refusalOfStore(error: unknown): Refusal | undefined {
  if (error instanceof StoreUnavailable)
    return new Refusal('storage_unavailable', error.message, { headers: { 'retry-after': '5' }, detail: error.reason });
  if (!(error instanceof StoreConflict)) return undefined;
  if (error.reason === 'absent') return new Refusal('not_found', error.message);
  return new Refusal(error.reason === 'version' ? 'changed_meanwhile' : 'already_exists', error.message);
}

/** Throws the Refusal of a cursor that no page gave; anything else as it is. */
export function refuseCursor(error: unknown): never {
  if (!(error instanceof BadCursor)) throw error;
  throw new Refusal('invalid_request', '`cursor` is not the `next` of a page. Leave it out to begin anew.', {
    param: 'cursor',
  });
}

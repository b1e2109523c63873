// A process that uses a store, for tests that need several, or one to kill: `child.ts ACTION PLACE OPTIONS`, both in JSON.
import type { StorePlace } from '../../src/storage/open-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { StoreUnavailable } from '../../src/storage/store-errors.ts';
import type { ChildOptions } from './processes.ts';
import { rowsOf } from './rows.ts';

const [, , action, place = '', options = '{}'] = process.argv;
const { rows = 0, batch = 1 } = JSON.parse(options) as ChildOptions;

try {
  const store = await openStore(JSON.parse(place) as StorePlace);
  if (action === 'write') await write();
  if (action === 'fill') await fill();
  await store.close();

  async function write(): Promise<void> {
    const all = rowsOf(rows);
    for (let at = 0; at < rows; at += batch) {
      await store.ledger.append(all.slice(at, at + batch));
      console.log(at);
    }
  }

  /** Until the disk is full: there the limit of this process is reached. */
  async function fill(): Promise<void> {
    const all = rowsOf(20_000);
    for (let at = 0; at < all.length - 10; at += 100) {
      try {
        await store.ledger.append(all.slice(at, at + 100));
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || error.reason !== 'full') throw error;
        return;
      }
    }
    throw new Error('the disk was not full');
  }
} catch (error) {
  console.error(error instanceof StoreUnavailable ? `${error.reason}: ${error.message}` : error);
  process.exitCode = 1;
}

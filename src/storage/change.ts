import type { Beside } from './audit.ts';
import { appendAudit } from './audit-store.ts';
import type { Database, Queries } from './database.ts';
import { insertAnswer } from './idempotency-store.ts';
import { someNumber } from './read-row.ts';
import { StoreConflict } from './store-errors.ts';

/** Makes a change of keys or teams, with what is written beside it, and counts it in the revision that all nodes watch. */
export async function change(
  database: Database,
  beside: Beside | undefined,
  work: (tx: Queries) => Promise<void>,
): Promise<void> {
  await database.transaction(async (tx) => {
    await work(tx);
    if (beside?.audit !== undefined) await appendAudit(tx, beside.audit);
    if (beside?.answer !== undefined && !(await insertAnswer(tx, beside.answer)))
      throw new StoreConflict('taken', 'there is an answer for this idempotency key already');
    await tx.query(`UPDATE counters SET value = value + 1 WHERE name = 'revision'`);
  });
}

/** The number of changes so far. */
export async function revisionOf(database: Database): Promise<number> {
  const [row] = await database.read(`SELECT value FROM counters WHERE name = 'revision'`);
  return row === undefined ? 0 : someNumber(row, 'value');
}

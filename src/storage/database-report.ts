import { chmodSync, closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { connectDatabase } from './connect-store.ts';
import type { Database } from './database.ts';
import { openDays } from './ledger/open-days.ts';
import type { AppliedMigration } from './migrate.ts';
import { appliedMigrations, migrate } from './migrate.ts';
import type { Migration } from './migrations/migration.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './migrations/migrations.ts';
import type { StorePlace } from './open-store.ts';

/** What there is to know of a database. */
export interface DatabaseReport {
  /** Without secrets. */
  readonly place: string;
  /** False: nothing is there yet. */
  readonly exists: boolean;
  readonly applied: readonly AppliedMigration[];
  /** The steps that it lacks. */
  readonly missing: readonly Migration[];
  /** It has steps that this program does not know. */
  readonly isNewer: boolean;
  /** The days in the ledger, from the oldest. */
  readonly days: readonly number[];
}

/** Looks at a database and changes nothing; rejects with `StoreUnavailable`. */
export async function reportOn(place: StorePlace): Promise<DatabaseReport> {
  return await withDatabase(place, async (database) => {
    const exists = isThere(place);
    const applied = exists ? await appliedMigrations(database) : [];
    const newest = applied.at(-1)?.version ?? 0;
    const missing = MIGRATIONS.filter(({ version }) => version > newest);
    const isNewer = newest > SCHEMA_VERSION;
    const days = missing.length === 0 && !isNewer ? await openDays(database) : [];
    return { place: database.place, exists: applied.length > 0, applied, missing, isNewer, days };
  });
}

/** Makes the database or brings its schema up to date; resolves to the steps that were taken. */
export async function migrateAt(place: StorePlace): Promise<readonly Migration[]> {
  return await withDatabase(place, async (database) => await migrate(database));
}

/** What a backup came to: it was made; there is nothing to copy; the database's own tools do it, by this command. */
export type BackupOutcome =
  { readonly kind: 'made' | 'nothing' } | { readonly kind: 'advice'; readonly command: string };

/** Copies the database into a new file while it is in use. Rejects with the file system's error if that cannot be made. */
export async function backUp(place: StorePlace, file: string): Promise<BackupOutcome> {
  return await withDatabase(place, async (database) => {
    if (database.backup === undefined) return { kind: 'advice', command: database.backupAdvice };
    if (!isThere(place)) return { kind: 'nothing' };
    // Never over another file; and nobody else may read it, from the first byte.
    closeSync(openSync(file, 'wx', 0o600));
    try {
      await database.backup(file);
      chmodSync(file, 0o600);
      return { kind: 'made' };
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
  });
}

async function withDatabase<T>(place: StorePlace, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await connectDatabase(place);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** To open a file that is not there would make it. */
function isThere(place: StorePlace): boolean {
  return place.kind !== 'sqlite' || existsSync(place.file);
}

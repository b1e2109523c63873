import { VERSION } from '../lib/version.ts';
import type { Database, Queries } from './database.ts';
import type { Migration } from './migrations/migration.ts';
import { ledger } from './migrations/2-ledger.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './migrations/migrations.ts';
import { someNumber, someText } from './read-row.ts';
import { StoreUnavailable } from './store-errors.ts';

/** A step of the schema that a database has. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly appliedAt: number;
}

/** Brings the schema up to date, all steps or none; resolves to those that were taken. Two processes at once: the second waits, and finds nothing to do. */
export async function migrate(
  database: Database,
  steps: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  return await database.transaction(async (tx) => {
    const { dialect } = database;
    if (dialect.lockSchema !== undefined) await tx.query(dialect.lockSchema);
    await tx.query(TABLE);
    const version = await newestIn(tx);
    assertKnown(version, database.place);
    const missing = steps.filter((step) => step.version > version);
    for (const step of missing) {
      for (const statement of step.statements(dialect, await daysIn(tx, step))) await tx.query(statement);
      await tx.query('INSERT INTO schema_versions (version, name, applied_at, applied_by) VALUES ($1, $2, $3, $4)', [
        step.version,
        step.name,
        Date.now(),
        VERSION,
      ]);
    }
    return missing;
  });
}

/** The steps that the database has, from the first; none where there is no table of them. Changes nothing. */
export async function appliedMigrations(database: Database): Promise<readonly AppliedMigration[]> {
  try {
    const rows = await database.read('SELECT version, name, applied_at FROM schema_versions ORDER BY version');
    return rows.map((row) => ({
      version: someNumber(row, 'version'),
      name: someText(row, 'name'),
      appliedAt: someNumber(row, 'applied_at'),
    }));
  } catch (error) {
    if (database.isTableGone(error)) return [];
    throw error;
  }
}

/** Rejects with `StoreUnavailable` if the database has not the schema of this program; changes nothing. */
export async function assertUpToDate(database: Database): Promise<void> {
  const version = (await appliedMigrations(database)).at(-1)?.version ?? 0;
  assertKnown(version, database.place);
  if (version === SCHEMA_VERSION) return;
  throw new StoreUnavailable(
    'older_schema',
    `the database ${database.place} has schema ${version}, and llm-proxy ${VERSION} reads ${SCHEMA_VERSION}: start the gateway of this version first, or run \`llm-proxy db migrate\`; nothing was changed in it`,
  );
}

const TABLE = `CREATE TABLE IF NOT EXISTS schema_versions (
  version BIGINT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  applied_at BIGINT NOT NULL,
  applied_by TEXT NOT NULL
)`;

/** The days that have tables and are not being dropped; there is no list of them before the step that makes it. */
async function daysIn(tx: Queries, { version }: Migration): Promise<number[]> {
  if (version <= ledger.version) return [];
  const rows = await tx.query('SELECT day FROM ledger_days WHERE dropped = 0 ORDER BY day');
  return rows.map((row) => someNumber(row, 'day'));
}

async function newestIn(tx: Queries): Promise<number> {
  const [row] = await tx.query('SELECT MAX(version) AS version FROM schema_versions');
  return row === undefined ? 0 : someNumber(row, 'version');
}

/** An older program would write what a newer one does not understand any more. */
function assertKnown(version: number, place: string): void {
  if (version <= SCHEMA_VERSION) return;
  throw new StoreUnavailable(
    'newer_schema',
    `the database ${place} has schema ${version}, and llm-proxy ${VERSION} knows ${SCHEMA_VERSION} at most: start the newer llm-proxy that made it, or use a backup from before; nothing was changed in it`,
  );
}

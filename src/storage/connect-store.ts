import { auditStore } from './audit-store.ts';
import { bodyStore } from './body-store.ts';
import { budgetStore } from './budget-store.ts';
import { revisionOf } from './change.ts';
import type { Database } from './database.ts';
import { factStore } from './fact-store.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { keyStore } from './key-store.ts';
import { ledgerStore } from './ledger-store.ts';
import { assertUpToDate, migrate } from './migrate.ts';
import { sessionStore } from './session-store.ts';
import type { StorePlace } from './open-store.ts';
import type { Store } from './store.ts';
import { teamStore } from './team-store.ts';

/** Connects, brings the schema up to date, and makes a store of it. */
export async function connectStore(place: StorePlace): Promise<Store> {
  return await storeAfter(place, migrate);
}

/** Connects to a database that has the schema of this program; changes nothing in it. */
export async function connectToRead(place: StorePlace): Promise<Store> {
  return await storeAfter(place, assertUpToDate);
}

async function storeAfter(place: StorePlace, prepare: (database: Database) => Promise<unknown>): Promise<Store> {
  const database = await connectDatabase(place);
  try {
    await prepare(database);
    return storeOn(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The driver for a place: a third database is a case here, and a file in `drivers/`. */
export async function connectDatabase(place: StorePlace): Promise<Database> {
  if (place.kind === 'sqlite') {
    const { SqliteDatabase } = await import('./drivers/sqlite.ts');
    return new SqliteDatabase(place.file);
  }
  const { PostgresDatabase } = await import('./drivers/postgres.ts');
  return new PostgresDatabase(place.url);
}

function storeOn(database: Database): Store {
  return {
    keys: keyStore(database),
    teams: teamStore(database),
    facts: factStore(database),
    audit: auditStore(database),
    idempotency: idempotencyStore(database),
    ledger: ledgerStore(database),
    bodies: bodyStore(database),
    budgets: budgetStore(database),
    sessions: sessionStore(database),
    revision: async () => await revisionOf(database),
    ping: async () => void (await database.read('SELECT 1 AS one')),
    close: async () => await database.close(),
  };
}

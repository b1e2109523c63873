import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorePlace } from '../../src/storage/open-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Postgres } from '../kit/postgres.ts';

/** A kind of database, for a suite that runs on each. */
export interface Places {
  readonly kind: StorePlace['kind'];
  /** A new and empty database. */
  create(): Promise<StorePlace>;
  /** Removes what was made. */
  close(): Promise<void>;
}

export function sqlitePlaces(): Places {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-store-'));
  let count = 0;
  return {
    kind: 'sqlite',
    async create() {
      count += 1;
      return await Promise.resolve({ kind: 'sqlite', file: join(dir, String(count), 'llm-proxy.db') });
    },
    async close() {
      await Promise.resolve(rmSync(dir, { recursive: true }));
    },
  };
}

export function postgresPlaces(server: Postgres): Places {
  return {
    kind: 'postgres',
    create: async () => ({ kind: 'postgres', url: await server.createDatabase() }),
    close: async () => await server.stop(),
  };
}

/** Opens stores, and closes all of them at the end of a test. */
export class Stores {
  readonly #open: Store[] = [];

  async open(place: StorePlace): Promise<Store> {
    const store = await openStore(place);
    this.#open.push(store);
    return store;
  }

  async closeAll(): Promise<void> {
    for (const store of this.#open.splice(0)) await store.close();
  }
}

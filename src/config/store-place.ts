import { join, resolve } from 'node:path';
import type { StorePlace } from '../storage/open-store.ts';

/** What of a config says where the gateway keeps what it keeps. */
interface Placed {
  readonly data_dir?: string | undefined;
  readonly database?: string | undefined;
}

/** Whether there is a database. */
export function hasStore({ data_dir: dir, database }: Placed): boolean {
  return dir !== undefined || database !== undefined;
}

/** Where it is; undefined: there is none. */
export function storePlace({ data_dir: dir, database }: Placed): StorePlace | undefined {
  if (database !== undefined) return { kind: 'postgres', url: database };
  return dir === undefined ? undefined : { kind: 'sqlite', file: join(resolve(dir), 'llm-proxy.db') };
}

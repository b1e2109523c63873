import { dirname, resolve } from 'node:path';
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

/** Where a config keeps what lasts; undefined: nothing is kept. `file` is the config file, from whose folder paths begin. */
export function storePlace({ database, data_dir: dataDir }: Placed, file: string | undefined): StorePlace | undefined {
  if (database !== undefined) return { kind: 'postgres', url: database };
  const folder = dataFolder(dataDir, file);
  return folder === undefined ? undefined : { kind: 'sqlite', file: resolve(folder, 'llm-proxy.db') };
}

/** The folder that `data_dir` names. */
export function dataFolder(dataDir: string | undefined, file: string | undefined): string | undefined {
  return dataDir === undefined ? undefined : resolve(file === undefined ? '.' : dirname(file), dataDir);
}

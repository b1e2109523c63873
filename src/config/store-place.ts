import { dirname, resolve } from 'node:path';
import type { StorePlace } from '../storage/open-store.ts';
import type { Config } from './schema.ts';

/** Where a config keeps what lasts; undefined: nothing is kept. `file` is the config file, from whose folder paths begin. */
export function storePlace({ database, data_dir: dataDir }: Config, file: string | undefined): StorePlace | undefined {
  if (database !== undefined) return { kind: 'postgres', url: database };
  const folder = dataFolder(dataDir, file);
  return folder === undefined ? undefined : { kind: 'sqlite', file: resolve(folder, 'llm-proxy.db') };
}

/** The folder that `data_dir` names. */
export function dataFolder(dataDir: string | undefined, file: string | undefined): string | undefined {
  return dataDir === undefined ? undefined : resolve(file === undefined ? '.' : dirname(file), dataDir);
}

/** Whether a config keeps anything that lasts. */
export function hasStore({ database, data_dir: dataDir }: Pick<Config, 'database' | 'data_dir'>): boolean {
  return database !== undefined || dataDir !== undefined;
}

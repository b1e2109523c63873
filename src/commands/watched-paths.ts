import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { dataFolder } from '../config/store-place.ts';
import { TABLE_FILE } from '../pricing/table-in.ts';
import { promptPaths } from '../read-prompts.ts';

/** What the `config` of `file` depends on besides its own files, to be watched: prompts, and the price table. */
export function watchedPaths(config: Config, file: string): readonly string[] {
  const folder = dataFolder(config.data_dir, file);
  return [...promptPaths(config, file), ...(folder === undefined ? [] : [join(folder, TABLE_FILE)])];
}

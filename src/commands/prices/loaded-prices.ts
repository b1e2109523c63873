import type { Config } from '../../config/schema.ts';
import { loadConfig } from '../../config/load.ts';
import { ConfigError, formatProblem } from '../../config/problem.ts';
import { dataFolder } from '../../config/store-place.ts';
import { printable } from '../../lib/printable.ts';
import { isAbsent } from '../../lib/unreachable.ts';
import { bookOf } from '../../pricing/book-of.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { builtInTable } from '../../pricing/price-table.ts';
import type { PriceTable } from '../../pricing/price-table.ts';
import { tableIn } from '../../pricing/table-in.ts';
import type { CommandLine } from '../command.ts';
import { maskLikely, UsageError } from '../command.ts';
import { CONFIG, configPath } from '../flags.ts';
import { DATA_DIR } from './flags.ts';

/** A config, and what everything in it costs. */
export interface LoadedPrices {
  readonly config: Config;
  readonly book: PriceBook;
  readonly table: PriceTable;
}

/** The prices of a config file; undefined, and said, if it is invalid. */
export async function loadedPrices(file: string, line: CommandLine): Promise<LoadedPrices | undefined> {
  try {
    const { config } = await loadConfig(file, line.env);
    const table = tableOf(line, dataFolder(config.data_dir, file));
    return { config, table, book: bookOf(config, () => table) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) line.err(printable(maskLikely(formatProblem(problem))));
    return undefined;
  }
}

/** The table that a command goes by: a newer one, where the flag or the config's own folder has one. */
export function tableOf({ flags, err }: CommandLine, ofConfig?: string): PriceTable {
  const folder = flags.value(DATA_DIR) ?? ofConfig;
  if (folder === undefined) return builtInTable();
  const { table, problem } = tableIn(folder);
  if (problem !== undefined) err(`warning: ${problem}`);
  return table;
}

/** The folder that a newer table goes into; undefined, and said, if the config is invalid. Throws a UsageError where nothing names one. */
export async function tableFolder(line: CommandLine): Promise<string | undefined> {
  const named = line.flags.value(DATA_DIR);
  if (named !== undefined) return named;
  const file = configPath(line);
  const loaded = hasConfig(line) ? await loadedPrices(file, line) : NOTHING;
  if (loaded === undefined) return undefined;
  const folder = dataFolder(loaded.config.data_dir, file);
  if (folder !== undefined) return folder;
  throw new UsageError(
    'prices update needs a folder to put the table into (--data-dir DIR, or data_dir in the config)',
  );
}

const NOTHING = { config: { data_dir: undefined } };

/** Whether there is a config to go by, or one is named. */
export function hasConfig(line: CommandLine): boolean {
  return line.flags.has(CONFIG) || !isAbsent(configPath(line));
}

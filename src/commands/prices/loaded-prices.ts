import type { Config } from '../../config/schema.ts';
import { loadConfig } from '../../config/load.ts';
import { ConfigError, formatProblem } from '../../config/problem.ts';
import { printable } from '../../lib/printable.ts';
import { bookOf } from '../../pricing/book-of.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { builtInTable } from '../../pricing/price-table.ts';
import type { PriceTable } from '../../pricing/price-table.ts';
import { tableIn } from '../../pricing/table-in.ts';
import type { CommandLine } from '../command.ts';
import { maskLikely } from '../command.ts';
import { DATA_DIR } from './flags.ts';

/** A config, and what everything in it costs. */
export interface LoadedPrices {
  readonly config: Config;
  readonly book: PriceBook;
}

/** The prices of a config file; undefined, and said, if it is invalid. */
export async function loadedPrices(file: string, line: CommandLine): Promise<LoadedPrices | undefined> {
  try {
    const { config } = await loadConfig(file, line.env);
    const table = tableOf(line);
    return { config, book: bookOf(config, () => table) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) line.err(printable(maskLikely(formatProblem(problem))));
    return undefined;
  }
}

/** The table that a command goes by: a newer one, where a flag says that there is one. */
export function tableOf({ flags, err }: CommandLine): PriceTable {
  const folder = flags.value(DATA_DIR);
  if (folder === undefined) return builtInTable();
  const { table, problem } = tableIn(folder);
  if (problem !== undefined) err(`warning: ${problem}`);
  return table;
}

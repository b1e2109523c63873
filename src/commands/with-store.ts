import { loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import { storePlace } from '../config/store-place.ts';
import { printable } from '../lib/printable.ts';
import { createRedactor } from '../records/log/redact.ts';
import { openStore, openStoreToRead } from '../storage/open-store.ts';
import { StoreUnavailable } from '../storage/store-errors.ts';
import type { LedgerStore, Store } from '../storage/store.ts';
import { type CommandLine, maskLikely } from './command.ts';
import { configPath } from './flags.ts';

/** Reads the config that a command line names, and works with it; says what is wrong with it or with its database, and resolves to 1. */
export async function withConfig(line: CommandLine, work: (config: Config) => Promise<number>): Promise<number> {
  const file = configPath(line);
  let mask = maskLikely;
  try {
    const { config } = await loadConfig(file, line.env);
    mask = createRedactor(secretsOf(config, line.env));
    return await work(config);
  } catch (error) {
    if (error instanceof ConfigError)
      for (const problem of error.problems) line.err(printable(mask(formatProblem(problem))));
    else if (error instanceof StoreUnavailable) line.err(printable(mask(error.message)));
    else throw error;
    return 1;
  }
}

/** The same with the config's database, which is closed at the end. */
export async function withStore(
  line: CommandLine,
  work: (store: Store, config: Config) => Promise<number>,
  open: typeof openStore = openStore,
): Promise<number> {
  return await withConfig(line, async (config) => {
    const place = storePlace(config, configPath(line));
    if (place === undefined) {
      line.err(`${configPath(line)} names no database: set data_dir to a folder, or database to a PostgreSQL URL`);
      return 1;
    }
    const store = await open(place);
    try {
      return await work(store, config);
    } finally {
      await store.close();
    }
  });
}

/** The same with the ledger of that database, of which nothing is changed, not even an older schema. */
export async function withLedger(line: CommandLine, work: (ledger: LedgerStore) => Promise<number>): Promise<number> {
  return await withStore(line, (store) => work(store.ledger), openStoreToRead);
}

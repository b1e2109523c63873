import { join } from 'node:path';
import { requestJson } from '../../admin/request-json.ts';
import { dataFolder } from '../../config/store-place.ts';
import { follow } from '../../records/ledger/follow.ts';
import { type CommandLine, UsageError } from '../command.ts';
import { configPath } from '../flags.ts';
import { JSON_ROWS, LINES } from './flags.ts';
import { rowText } from './row-text.ts';
import { withConfig } from '../with-store.ts';

const DEFAULT_LINES = '10';

/** Prints each request as it ends, until the process is ended. */
export async function tail(line: CommandLine): Promise<number> {
  const lines = line.flags.value(LINES) ?? DEFAULT_LINES;
  if (!/^\d{1,6}$/.test(lines)) throw new UsageError(`--${LINES.name} ${lines} is no number`);
  const show = line.flags.has(JSON_ROWS) ? jsonText : rowText;
  return await withConfig(line, async (config) => {
    const dataDir = dataFolder(config.data_dir, configPath(line));
    if (dataDir === undefined) {
      line.err('there is no journal to read: the config has no data_dir');
      return 1;
    }
    const dir = join(dataDir, 'journal');
    try {
      for await (const row of follow(dir, Number(lines))) line.out(show(row));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      line.err(`${dir} does not exist: no gateway has written a ledger there yet`);
    }
    return 1;
  });
}

function jsonText(row: Parameters<typeof requestJson>[0]): string {
  return JSON.stringify(requestJson(row));
}

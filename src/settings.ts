import { join, resolve } from 'node:path';

import type { HealthSettings } from './routing/health.ts';
import type { Config } from './config/schema.ts';
import { secretsOf } from './config/secrets.ts';
import { dataFolder } from './config/store-place.ts';
import { builtInTable, type PriceTable } from './pricing/price-table.ts';
import { tableIn } from './pricing/table-in.ts';
import type { ConsoleSettings } from './records/log/console/log-console.ts';
import type { LogSettings } from './records/log/log.ts';
import { terminalOf } from './records/log/console/terminal.ts';
import type { Environment } from './lib/environment.ts';

/** What the log goes by. */
export function logSettings(config: Config, env: Environment): LogSettings {
  const { logging } = config;
  return {
    // Bodies are written at debug, so asking for them asks for the level.
    level: logging.debug_mode ? 'debug' : logging.level,
    consoleLevel: logging.console_level,
    baseDir: logging.base_dir === '' ? undefined : resolve(logging.base_dir),
    separateFiles: logging.separate_files,
    maskSensitive: logging.mask_sensitive,
    maxFileBytes: logging.max_file_size_mb * 1024 * 1024,
    maxAgeDays: logging.max_age_days,
    maxTotalBytes: logging.max_total_mb * 1024 * 1024,
    format: logging.format,
    ...consoleSettings(logging.console_format, env),
    secrets: secretsOf(config, env),
  };
}

/**
 * How the console looks, which is stderr. Stars and backslashes are for whoever asks for markdown: elsewhere they would be
 * in the way of whoever looks for a message, and on a terminal without colours of everybody.
 */
export function consoleSettings(format: Config['logging']['console_format'], env: Environment): ConsoleSettings {
  const terminal = terminalOf(process.stderr, env);
  const color = terminal === 'color';
  if (format === 'auto') return { consoleFormat: color ? 'markdown' : 'plain', color };
  return { consoleFormat: format === 'markdown' && terminal === 'plain' ? 'plain' : format, color };
}

/** What the watchdog goes by. Its last line goes where the log's lines go. */
export function watchdogSettings({ server, logging }: Config) {
  return {
    limitMs: server.watchdog,
    logFile: logging.base_dir === '' ? undefined : join(resolve(logging.base_dir), 'general.log'),
    asJson: logging.format === 'json',
    consoleAsJson: logging.console_format === 'json',
  };
}

/** How much memory requests may hold together, in bytes. */
export function maxBufferedBytes({ server }: Config): number {
  return server.max_buffered_mb * 1024 * 1024;
}

/** How backends are asked whether they live; undefined if they are not. */
export function healthSettings({ health_check: check }: Config): HealthSettings | undefined {
  if (!check.enabled) return undefined;
  return {
    intervalMs: check.interval,
    timeoutMs: check.timeout,
    path: check.path,
    unhealthyAfter: check.unhealthy_after,
    healthyAfter: check.healthy_after,
  };
}

/**
 * The price table that a config of `file` goes by: the newer of the built-in one and that in `data_dir`. It is read when it
 * is first asked for, and then stays; `onProblem` is told once if the one in the folder cannot be used.
 */
export function priceTable(
  { data_dir: dataDir }: Config,
  file: string | undefined,
  onProblem: (problem: string) => void,
): () => PriceTable {
  const folder = dataFolder(dataDir, file);
  if (folder === undefined) return builtInTable;
  let chosen: PriceTable | undefined;
  return () => {
    if (chosen !== undefined) return chosen;
    const { table, problem } = tableIn(folder);
    if (problem !== undefined) onProblem(problem);
    return (chosen = table);
  };
}

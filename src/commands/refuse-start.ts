import type { Config } from '../config/schema.ts';
import type { ConfigError, ConfigProblem } from '../config/problem.ts';
import { formatProblem } from '../config/problem.ts';
import { systemClock } from '../lib/clock.ts';
import { printable } from '../lib/printable.ts';
import { stderrWriter } from '../records/log/console/console-writer.ts';
import { createLog, type Log } from '../records/log/log.ts';
import { createRedactor } from '../records/log/redact.ts';
import { consoleSettings } from '../settings.ts';
import type { Environment } from '../lib/environment.ts';

/**
 * Says what is wrong with the config of a gateway that does not start: a line for each problem, as `check` writes it, or
 * as JSON where the config asks for that, as far as it could be read. One that cannot be read at all is told as text.
 */
export async function sayInvalid(error: ConfigError, env: Environment): Promise<void> {
  if (!error.wantsJson) {
    const mask = createRedactor([]);
    for (const problem of error.problems) console.error(printable(mask(formatProblem(problem))));
    return;
  }
  const log = consoleLog('json', env);
  for (const problem of error.problems)
    log.error(`the config is invalid, the gateway does not start: ${formatProblem(problem)}`, fieldsOf(problem));
  await log.flush();
}

/** What is said of an error that no handler expects. */
export const ENDED_BY_BUG = 'a bug ended the gateway: please report it';

/** Says that, with the error's stack, of a gateway that has not come so far as to have a log. */
export async function sayBug(
  error: unknown,
  format: Config['logging']['console_format'],
  env: Environment,
): Promise<void> {
  const log = consoleLog(format, env);
  log.error(ENDED_BY_BUG, { err: error });
  await log.flush();
}

/** A log for whoever ends before there is one: the console alone. */
function consoleLog(format: Config['logging']['console_format'], env: Environment): Log {
  const settings = {
    level: 'error',
    consoleLevel: 'debug',
    baseDir: undefined,
    separateFiles: false,
    maskSensitive: true,
    maxFileBytes: 0,
    maxAgeDays: 0,
    maxTotalBytes: 0,
    format: 'json',
    secrets: [],
    ...consoleSettings(format, env),
  } as const;
  return createLog(settings, { clock: systemClock, console: stderrWriter() });
}

/** Line and column are 0 where the problem is the file as a whole. */
function fieldsOf({ file, line, column, path }: ConfigProblem) {
  return { file, line, column, key: path };
}

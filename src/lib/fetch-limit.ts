import { isExecutable } from './called-as.ts';
import { namesProxy } from './proxy-variables.ts';
import type { Environment } from './environment.ts';

/** Read natively by Bun when the process starts; setting it later has no effect. */
const VARIABLE = 'BUN_CONFIG_MAX_HTTP_REQUESTS';
const MOST = '65535';

/**
 * Lifts Bun's limit of 256 simultaneous `fetch`es, beyond which requests would wait unseen. Requests to backends are
 * made by `fetch` only where the environment names a proxy; without one nothing is to be lifted. The limit is read when a
 * process starts, so the process starts over, once, with the variable set; where the system cannot replace a process
 * (Windows), a child does the work. Returns if there is nothing to do.
 */
export function liftFetchLimit(given: Environment): void {
  if (given[VARIABLE] !== undefined || !namesProxy(given)) return;
  const env = { ...given, [VARIABLE]: MOST };
  const [executable, ...args] = commandLine();
  if (process.platform === 'win32') {
    const { exitCode } = Bun.spawnSync([executable, ...args], { env, stdio: ['inherit', 'inherit', 'inherit'] });
    process.exit(exitCode);
  }
  // By the name that it was called: that is how it calls itself.
  process.execve?.(executable, [process.argv0, ...args], env);
}

/** How this process was started: the executable by itself, or Bun with a script. */
function commandLine(): [string, ...string[]] {
  const args = process.argv.slice(2);
  return isExecutable() ? [process.execPath, ...args] : [process.execPath, ...process.execArgv, Bun.main, ...args];
}

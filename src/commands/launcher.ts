import type { Environment } from '../lib/environment.ts';

/** Who has started the program for somebody: npm's launcher, by its process id. */
const VARIABLE = 'LLM_PROXY_LAUNCHER';

/** How often it is asked whether the launcher is still there. */
const ASK_MS = 500;

/** The process that started this one and passes signals on to it. */
export interface Launcher {
  /** Calls back once when it has ended, as by SIGKILL. Nobody would see the gateway any more, and it would keep its port. */
  onEnd(callback: () => void): void;
}

/** The launcher that the environment names, if it has started this very process and not one further up. */
export function launcherOf(env: Environment): Launcher | undefined {
  const pid = process.ppid;
  if (env[VARIABLE] !== `${pid}`) return undefined;
  return {
    onEnd(callback) {
      const timer = setInterval(() => {
        // Who has lost its parent has another one.
        if (process.ppid === pid) return;
        clearInterval(timer);
        callback();
      }, ASK_MS);
      timer.unref();
    },
  };
}

import { existsSync } from 'node:fs';

import { App } from '../app.ts';
import { demoConfig } from '../config/without-file.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { environmentConfig } from '../backends/vendors.ts';
import { banner } from './banner.ts';

const DEFAULT_PATH = 'config.yaml';

/** `llm-proxy serve`: runs the gateway until a signal ends it; the exit code. */
export async function serve(path: string | undefined): Promise<number> {
  const file = path ?? (existsSync(DEFAULT_PATH) ? DEFAULT_PATH : undefined);
  let app: App;
  try {
    const { config, warnings } =
      file === undefined ? demoConfig(environmentConfig(process.env)) : await loadConfig(file, process.env);
    app = await App.create(config, file, process.env);
    for (const warning of warnings) app.log.warn(formatProblem(warning));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    return 1;
  }
  const address = startListening(app);
  if (address === undefined) return 1;
  process.stdout.write(banner(app.config, address, file));
  return await untilSignalled(app, file);
}

/** Listens; undefined (and said) if the address cannot be had. */
function startListening(app: App): string | undefined {
  try {
    return app.listen();
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    const why =
      code === 'EADDRINUSE'
        ? 'the address is taken: stop what listens there, or set another `listen`'
        : (message ?? String(error));
    console.error(`llm-proxy: cannot listen on ${app.config.listen}: ${why}`);
    return undefined;
  }
}

/** SIGTERM and SIGINT end the process when its work is done, a second one at once; SIGHUP reloads. */
function untilSignalled(app: App, file: string | undefined): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    app.log.info('stopping', {
      signal,
      in_flight: app.inFlight,
      shutdown_timeout_ms: app.config.server.shutdown_timeout,
    });
    void app.stop().then(() => resolve(0));
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGHUP', () => void reload(app, file));
  return promise;
}

/** Puts the config file's present state into force; an invalid one changes nothing. */
async function reload(app: App, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    const { config, warnings } = await loadConfig(file, process.env);
    await app.reload(config);
    for (const warning of warnings) app.log.warn(formatProblem(warning));
    app.log.info('config reloaded', { file });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) app.log.error(`config not reloaded: ${formatProblem(problem)}`);
  }
}

import { existsSync } from 'node:fs';

import { App } from '../app.ts';
import { environmentConfig } from '../backends/vendors.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { withoutFile } from '../config/without-file.ts';
import { Host } from '../server/host.ts';
import { banner } from './banner.ts';

const DEFAULT_PATH = 'config.yaml';

/** `llm-proxy serve`: runs the gateway until a signal ends it; the exit code. */
export async function serve(path: string | undefined): Promise<number> {
  const file = path ?? (existsSync(DEFAULT_PATH) ? DEFAULT_PATH : undefined);
  const app = await build(file);
  if (app === undefined) return 1;
  const host = new Host(app.gateway);
  let address: string;
  try {
    address = await host.listen(app.config.listen);
  } catch (error) {
    console.error(`llm-proxy: cannot listen on ${app.config.listen}: ${reason(error)}`);
    await app.log.close();
    return 1;
  }
  process.stdout.write(banner(app.config, address, file));
  return await untilSignalled(app, host, file);
}

/** Builds the app of a config file, or of the environment; undefined (and said) if it is invalid. */
async function build(file: string | undefined): Promise<App | undefined> {
  try {
    const { config, warnings } = await load(file);
    const app = await App.create(config, file, process.env);
    for (const warning of warnings) app.log.warn(formatProblem(warning));
    return app;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    return undefined;
  }
}

async function load(file: string | undefined): Promise<LoadedConfig> {
  return file === undefined ? withoutFile(environmentConfig(process.env)) : await loadConfig(file, process.env);
}

/** SIGTERM and SIGINT end the process when its work is done, a second one at once; SIGHUP reloads. */
function untilSignalled(app: App, host: Host, file: string | undefined): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let stopping = false;
  const onStop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop(app, host, signal).then(() => resolve(0));
  };
  process.on('SIGTERM', () => onStop('SIGTERM'));
  process.on('SIGINT', () => onStop('SIGINT'));
  if (file !== undefined) process.on('SIGHUP', () => void reload(app, host, file));
  else process.on('SIGHUP', () => app.log.info('there is no config file to reload'));
  return promise;
}

async function stop({ log, config, gateway }: App, host: Host, signal: string): Promise<void> {
  log.info('stopping', { signal, in_flight: gateway.exchanges.size });
  const left = await host.stop(config.server.shutdown_timeout);
  if (left > 0) log.warn('shutdown_timeout was over; what was still under way was ended', { exchanges: left });
  log.info('stopped');
  await log.close();
}

/** Puts the config file's present state into force; an invalid one changes nothing. */
async function reload(app: App, host: Host, file: string): Promise<void> {
  const { listen } = app.config;
  try {
    const { config, warnings } = await loadConfig(file, process.env);
    await app.reload(config);
    for (const warning of warnings) app.log.warn(formatProblem(warning));
    if (config.listen !== listen) app.log.info('listening', { address: await host.listen(config.listen) });
    app.log.info('config reloaded', { file });
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems.map(formatProblem) : [reason(error)];
    for (const problem of problems) app.log.error(`reload failed: ${problem}`);
  }
}

/** What the system says, in words that lead to the remedy. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return 'the address is taken: stop what listens there, or set another `listen`';
  return message ?? String(error);
}

import { App, promptPaths } from '../app.ts';
import { environmentConfig } from '../vendors/environment.ts';
import type { States } from '../config/file-watch.ts';
import { statesOf } from '../config/file-watch.ts';
import { formatListen } from '../config/listen.ts';
import type { ListenFlags } from '../config/listen-choice.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { withoutFile } from '../config/without-file.ts';
import { commandLine } from '../lib/called-as.ts';
import { formatDuration } from '../lib/duration.ts';
import type { ConsoleSettings } from '../observe/log-console.ts';
import { startHttpThread } from '../lib/http-thread.ts';
import { namesProxy } from '../lib/proxy-variables.ts';
import { watchdogSettings } from '../settings.ts';
import { Host, isTaken, reasonOf } from '../server/host.ts';
import { Watchdog } from '../server/watchdog.ts';
import { banner } from './banner.ts';
import type { Command, CommandLine } from './command.ts';
import { environmentDangers } from './environment-dangers.ts';
import { CONFIG, configPath, LISTEN, listenFlags, PORT, servedPath } from './flags.ts';
import { ENDED_BY_BUG, sayBug, sayInvalid } from './refuse-start.ts';
import type { Launcher } from './launcher.ts';
import { launcherOf } from './launcher.ts';
import { Reloader } from './reload.ts';
import { startFields } from './start-fields.ts';

/** `llm-proxy serve`: runs the gateway until a signal ends it. */
export const serve: Command = {
  name: 'serve',
  summary: 'serve a config; without one, the embedded demo and the providers whose keys are set',
  text: [
    'Without a config file it serves the embedded demo model and, of each provider whose usual key is in the environment (`OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, …), the models as `PROVIDER/MODEL` and under their own names.',
    'SIGTERM and SIGINT end it when its requests are done, up to `server.shutdown_timeout`; a second one ends it at once. SIGHUP, and every change of the config file, its secret files and its prompts, reloads the config; an invalid one changes nothing. `--listen` and `--port` stay in force over reloads.',
  ],
  flags: [CONFIG, LISTEN, PORT],
  examples: [
    { words: ['serve'], does: 'serves `config.yaml`, or the demo if there is none' },
    { words: ['serve', '-c', '/etc/llm-proxy/config.yaml'], does: 'serves another config' },
    { words: ['serve', '--port', '9000'], does: 'serves at port 9000' },
    { words: ['serve', '--listen', '0.0.0.0:8765'], does: 'serves on every IPv4 interface' },
  ],
  exits: {
    0: 'a signal ended it',
    1: 'the config is invalid, or the address is taken',
    70: 'it hung, and its watchdog ended it',
  },
  run,
};

async function run(line: CommandLine): Promise<number> {
  // At once: it may be gone before the gateway has started.
  const launcher = launcherOf(process.env);
  if (namesProxy(process.env)) startHttpThread();
  const file = servedPath(line);
  const flags = listenFlags(line.flags);
  const built = await build(file, flags);
  if (built === undefined) return 1;
  const { app, loaded, known } = built;
  endOnBugs(app);
  const host = new Host(app);
  try {
    await host.follow(loaded.config);
  } catch (error) {
    const asServed = line.flags.has(CONFIG) ? ['-c', configPath(line)] : [];
    const remedy = isTaken(error, loaded.config.listen)
      ? `, or start with ${commandLine('serve', ...asServed, '--port', '8766')}`
      : '';
    app.log.error(`the gateway does not start: ${reasonOf(error)}${remedy}`);
    await app.close();
    return 1;
  }
  const watchdog = new Watchdog((reason) => app.log.error('there is no watchdog', { reason }));
  watchdog.configure(watchdogSettings(app.config));
  app.onConfigured = (config) => watchdog.configure(watchdogSettings(config));
  const reloader = file === undefined ? undefined : new Reloader(app, host, { file, flags, known });
  void reloader?.watch(loaded.files, loaded.config);
  if (reloader !== undefined) app.onReload = () => reloader.reload('asked by POST /admin/reload');
  const ended = untilSignalled({ app, host, reloader, watchdog, launcher });
  // Whoever reads that it has started may end it at once.
  announce({ app, loaded, host, file, missing: configPath(line) });
  return await ended;
}

/** Says that the gateway has started: to people with a banner, and in the log. */
function announce({ app, loaded, host, file, missing }: Announced): void {
  const dangers = environmentDangers(process.env);
  const { config, listen } = loaded;
  const { address } = host;
  if (address === undefined) throw new Error('the gateway listens nowhere');
  const isForPeople = config.logging.console_format !== 'json';
  if (isForPeople) process.stdout.write(banner({ config, listen, address, file, missing, dangers }));
  app.log.info('started', startFields(config, formatListen(address), file));
  for (const danger of dangers) app.log.warn(`environment warning: ${danger}`);
}

interface Announced {
  readonly app: App;
  readonly loaded: LoadedConfig;
  readonly host: Host;
  readonly file: string | undefined;
  /** Where a config would be. */
  readonly missing: string;
}

/** Whatever escapes every handler ends the process as it would without this, but goes through the masking of the log first. */
function endOnBugs({ log }: App): void {
  const end = async (error: unknown): Promise<void> => {
    log.error(ENDED_BY_BUG, { err: error });
    await log.flush();
    process.exit(1);
  };
  process.on('uncaughtException', (error) => void end(error));
  process.on('unhandledRejection', (error) => void end(error));
  // The runtime would print it past the format and the masking of the log.
  process.emitWarning = (warning: string | Error) => log.warn(`runtime warning: ${String(warning)}`);
}

interface Built {
  readonly app: App;
  readonly loaded: LoadedConfig;
  /** How its files were before they were read. */
  readonly known: States;
}

/** Builds the app of a config file, or of the environment; undefined (and said) if it is invalid. */
async function build(file: string | undefined, flags: ListenFlags): Promise<Built | undefined> {
  let format: ConsoleSettings['consoleFormat'] = 'markdown';
  try {
    const { loaded, known } = await load(file, flags);
    format = loaded.config.logging.console_format;
    const app = await App.create(loaded.config, file, process.env);
    for (const warning of loaded.warnings) app.log.warn(`config warning: ${formatProblem(warning)}`);
    return { app, loaded, known };
  } catch (error) {
    if (error instanceof ConfigError) await sayInvalid(error);
    else await sayBug(error, format);
    return undefined;
  }
}

async function load(file: string | undefined, flags: ListenFlags): Promise<Omit<Built, 'app'>> {
  const { env } = process;
  if (file === undefined) return { loaded: withoutFile(environmentConfig(env), flags, env), known: new Map() };
  // Read twice: only then is it known which files belong to it, and how they were before they were read.
  const { files, config } = await loadConfig(file, env, flags);
  const known = await statesOf([...files, ...promptPaths(config, file)]);
  return { loaded: await loadConfig(file, env, flags), known };
}

/** What a signal acts upon. */
interface Running {
  readonly app: App;
  readonly host: Host;
  readonly reloader: Reloader | undefined;
  readonly watchdog: Watchdog;
  readonly launcher: Launcher | undefined;
}

/** Beyond `shutdown_timeout`: last words of streams, last bytes, logs. */
const CLOSING_MS = 10_000;

/**
 * SIGTERM and SIGINT end the process when its work is done, a second one at once; SIGHUP reloads. The end of the launcher is
 * a SIGTERM.
 */
function untilSignalled({ app, host, reloader, watchdog, launcher }: Running): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let stopping = false;
  const onStop = (signal: string): void => {
    if (stopping) return void stopAtOnce(app, signal);
    stopping = true;
    reloader?.stop();
    watchdog.stopping(app.config.server.shutdown_timeout + CLOSING_MS);
    void stop(app, host, signal).then(() => resolve(0));
  };
  process.on('SIGTERM', () => onStop('SIGTERM'));
  process.on('SIGINT', () => onStop('SIGINT'));
  launcher?.onEnd(() => {
    if (stopping) return;
    app.log.warn('the launcher has ended, so the gateway stops');
    onStop('SIGTERM');
  });
  process.on('SIGHUP', () => {
    if (reloader === undefined) app.log.info('there is no config file to reload');
    else void reloader.reload('SIGHUP');
  });
  return promise;
}

/** Whoever reads nothing more must not keep the process. */
const LAST_LINE_MS = 200;

async function stopAtOnce({ log, gateway }: App, signal: string): Promise<void> {
  log.warn('a second signal: the process ends at once', { signal, in_flight: gateway.exchanges.size });
  await Promise.race([log.flush(), Bun.sleep(LAST_LINE_MS)]);
  process.exit(1);
}

async function stop(app: App, host: Host, signal: string): Promise<void> {
  const { log, config, gateway } = app;
  const timeoutMs = config.server.shutdown_timeout;
  log.info('stopping', { signal, in_flight: gateway.exchanges.size, waits_up_to: formatDuration(timeoutMs) });
  const left = await host.stop(timeoutMs);
  if (left > 0) log.warn('shutdown_timeout was over; what was still under way was ended', { exchanges: left });
  log.info('stopped');
  await app.close();
}

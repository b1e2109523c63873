import { isatty } from 'node:tty';
import type { App } from '../app.ts';
import { formatListen } from '../config/listen.ts';
import { elsewhere } from '../config/listen-choice.ts';
import type { LoadedConfig } from '../config/load.ts';
import { commandLine } from '../lib/called-as.ts';
import { formatDuration } from '../lib/duration.ts';
import { stderrWriter } from '../records/log/console/console-writer.ts';
import { liftFetchLimit } from '../lib/fetch-limit.ts';
import { startHttpThread } from '../lib/http-thread.ts';
import { namesProxy } from '../lib/proxy-variables.ts';
import { watchdogSettings } from '../settings.ts';
import { Host, isTaken, reasonOf } from '../server/host.ts';
import { Watchdog } from '../server/watchdog.ts';
import { AddressFile } from './address-file.ts';
import { banner } from './banner.ts';
import { build } from './build-app.ts';
import type { Command, CommandLine } from './command.ts';
import { environmentDangers } from './environment-dangers.ts';
import { CONFIG, configPath, LISTEN, listenFlags, PORT, servedPath } from './flags.ts';
import { launcherOf } from './launcher.ts';
import type { Launcher } from './launcher.ts';
import { ENDED_BY_BUG } from './refuse-start.ts';
import { Reloader } from './reload.ts';
import { startFields } from './start-fields.ts';

/** `llm-proxy serve`: runs the gateway until a signal ends it. */
export const serve: Command = {
  name: 'serve',
  summary: 'serve a config; without one, the embedded demo and the providers whose keys are set',
  text: [
    'Without a config file it serves the embedded demo model and, of each provider whose usual key is in the environment (`OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, …), the models as `PROVIDER/MODEL` and under their own names.',
    'Without such a key it is a demo: it has two hours of made-up requests to look at, teams and keys in a temporary folder that is gone when it ends. Each made-up request has the tag `demo=history`. With a key or a config nothing is made up.',
    'SIGTERM and SIGINT end it when its requests are done, up to `server.shutdown_timeout`; a second one ends it at once. SIGHUP, and every change of the config file, its secret files and its prompts, reloads the config; an invalid one changes nothing; without a config SIGHUP ends a gateway that was started on a terminal. `--listen` and `--port` stay in force over reloads.',
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
  const { env } = line;
  // The process may start over: no other command has so many requests under way.
  liftFetchLimit(env);
  // At once: it may be gone before the gateway has started.
  const launcher = launcherOf(env);
  if (namesProxy(env)) startHttpThread();
  const file = servedPath(line);
  const flags = listenFlags(line.flags);
  const built = await build(file, flags, env);
  if (built === undefined) return 1;
  const { app, loaded, known } = built;
  endOnBugs(app);
  const host = new Host(app);
  try {
    await host.follow(loaded.config);
  } catch (error) {
    const asServed = line.flags.has(CONFIG) ? ['-c', configPath(line)] : [];
    const remedy = isTaken(error, loaded.config.listen)
      ? `, or start with ${commandLine('serve', ...asServed, ...elsewhere(loaded.listen))}`
      : '';
    app.log.error(`the gateway does not start: ${reasonOf(error)}${remedy}`);
    await app.close();
    return 1;
  }
  const watchdog = new Watchdog(env, (reason) => app.log.error('there is no watchdog', { reason }));
  watchdog.configure(watchdogSettings(app.config));
  const note = addressNote(line);
  const noteAddress = (): void => {
    if (host.address !== undefined) note?.write(host.address);
  };
  noteAddress();
  app.onConfigured = (config) => {
    watchdog.configure(watchdogSettings(config));
    noteAddress();
  };
  const reloader =
    file === undefined ? undefined : new Reloader(app, host, { file, flags, env, known, warnings: loaded.warnings });
  void reloader?.watch(loaded.files, loaded.config);
  if (reloader !== undefined) app.onReload = (by) => reloader.reload('asked by POST /admin/reload', by);
  const ended = untilSignalled({ app, host, reloader, watchdog, launcher });
  // Whoever reads that it has started may end it at once.
  announce({ app, loaded, host, file, missing: configPath(line), dangers: environmentDangers(env) });
  return await ended;
}

/** For `health`, which cannot know of flags: a gateway that was started with them leaves the address to others. */
function addressNote(line: CommandLine): AddressFile | undefined {
  if (line.flags.has(LISTEN) || line.flags.has(PORT)) return undefined;
  return new AddressFile(configPath(line), line.env);
}

/** Says that the gateway has started: to people with a banner, and in the log. */
function announce({ app, loaded, host, file, missing, dangers }: Announced): void {
  const { config, listen } = loaded;
  const { address } = host;
  if (address === undefined) throw new Error('the gateway listens nowhere');
  const isForPeople = config.logging.console_format !== 'json';
  // Where nobody reads it, or a full disk takes it, the gateway serves all the same.
  if (isForPeople) stderrWriter(STDOUT)(banner({ config, listen, address, file, missing, dangers }));
  app.log.info('started', startFields(config, formatListen(address), file));
  setImmediate(() => app.gateway.snapshot.prices.prepare());
  for (const danger of dangers) app.log.warn(`environment warning: ${danger}`);
}

const STDOUT = 1;

interface Announced {
  readonly app: App;
  readonly loaded: LoadedConfig;
  readonly host: Host;
  readonly file: string | undefined;
  /** Where a config would be. */
  readonly missing: string;
  readonly dangers: readonly string[];
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
  // Nothing here writes to them as streams; whatever else does must not end the gateway when one fails.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // The runtime would print it past the format and the masking of the log.
  process.emitWarning = (warning: string | Error) => log.warn(`runtime warning: ${String(warning)}`);
}

/** What a signal acts upon. */
interface Running {
  readonly app: App;
  readonly host: Host;
  readonly reloader: Reloader | undefined;
  readonly watchdog: Watchdog;
  readonly launcher: Launcher | undefined;
}

/** Beyond `shutdown_timeout`: last words of streams, last bytes, what features have yet to write, logs. */
export const CLOSING_MS = 10_000;

/**
 * SIGTERM and SIGINT end the process when its work is done, a second one at once; SIGHUP reloads. The end of the launcher is
 * a SIGTERM.
 */
function untilSignalled({ app, host, reloader, watchdog, launcher }: Running): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let state: 'running' | 'stopping' | 'stopped' = 'running';
  const onStop = (signal: string): void => {
    // Nothing is left to be cut off, and the process ends by itself.
    if (state === 'stopped') return;
    if (state === 'stopping') return void stopAtOnce(app, signal);
    state = 'stopping';
    reloader?.stop();
    watchdog.stopping(app.config.server.shutdown_timeout + CLOSING_MS);
    void stop(app, host, signal)
      .then(() => app.features.close())
      .then(() => {
        state = 'stopped';
        app.log.info('stopped');
        return app.close();
      })
      .then(() => resolve(0));
  };
  process.on('SIGTERM', () => onStop('SIGTERM'));
  process.on('SIGINT', () => onStop('SIGINT'));
  launcher?.onEnd(() => {
    if (state !== 'running') return;
    app.log.warn('the launcher has ended, so the gateway stops');
    onStop('SIGTERM');
  });
  // Of a terminal that closes it is the end, unless there is something to reload.
  const isOnTerminal = [0, 1, 2].some((fd) => isatty(fd));
  process.on('SIGHUP', () => {
    if (reloader === undefined && isOnTerminal) onStop('SIGHUP');
    else if (reloader === undefined) app.log.info('there is no config file to reload');
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
}

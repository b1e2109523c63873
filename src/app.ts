import { dirname, resolve } from 'node:path';

import type { Server } from 'bun';

import { LiveBackends } from './backends/live.ts';
import { parseListen } from './config/listen.ts';
import { ConfigError } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import { Gateway } from './gateway.ts';
import { systemClock } from './lib/clock.ts';
import { stderrWriter } from './observe/console.ts';
import { createLog } from './observe/log.ts';
import type { Log, LogSettings } from './observe/log.ts';
import type { PromptSet } from './prompts/inject.ts';
import { loadPrompts } from './prompts/load.ts';
import { addressOf, listen } from './server/listen.ts';
import { buildSnapshot } from './snapshot.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Streams that are cut off at the end of a shutdown get this long to send their last words. */
const LAST_WORDS_MS = 1000;

/** The composition root: everything is constructed here and nowhere else. */
export class App {
  #server: Server<undefined> | undefined;

  /** Builds the gateway of `config`; it does not listen yet. Throws a ConfigError if its prompt files are wrong. */
  static async create(config: Config, file: string | undefined, env: Environment): Promise<App> {
    const log = createLog(logSettings(config), { clock: systemClock, console: stderrWriter() });
    const live = new LiveBackends(systemClock, {
      cooling: (key, until, failure) =>
        log.warn('backend cools down', { ...named(key), failure, until: new Date(until).toISOString() }),
      recovered: (key) => log.info('backend is back', named(key)),
    });
    const prompts = await readPrompts(config, file, env, log);
    const gateway = new Gateway(buildSnapshot(config, prompts, live), live, {
      clock: systemClock,
      log,
      random: Math.random,
    });
    return new App(config, file, env, log, live, gateway);
  }

  private constructor(
    public config: Config,
    private readonly file: string | undefined,
    private readonly env: Environment,
    readonly log: Log,
    private readonly live: LiveBackends,
    private readonly gateway: Gateway,
  ) {}

  /** Exchanges under way. */
  get inFlight(): number {
    return this.gateway.exchanges.size;
  }

  /** Starts to listen; returns the address as a URL, or `unix:PATH`. Throws what the system says if it cannot. */
  listen(): string {
    const address = parseListen(this.config.listen);
    this.#server = listen(address, this.gateway);
    return addressOf(address, this.#server);
  }

  /** Puts another config into force: requests under way end on the old one. Throws a ConfigError, and changes nothing, if its prompt files are wrong. */
  async reload(config: Config): Promise<void> {
    const prompts = await readPrompts(config, this.file, this.env, this.log);
    this.gateway.use(buildSnapshot(config, prompts, this.live));
    this.log.configure(logSettings(config));
    const moved = config.listen !== this.config.listen;
    this.config = config;
    if (!moved) return;
    const before = this.#server;
    this.log.info('listening', { address: this.listen() });
    void before?.stop();
  }

  /** Takes no new requests, waits for those under way up to `server.shutdown_timeout`, ends the rest, and flushes the log. */
  async stop(): Promise<void> {
    this.gateway.draining = true;
    await this.#idle(this.config.server.shutdown_timeout);
    if (this.inFlight > 0) {
      this.log.warn('ending what is still under way', { in_flight: this.inFlight });
      this.gateway.abortAll();
      await this.#idle(LAST_WORDS_MS);
    }
    // Lets the last bytes out, then closes what clients keep open.
    await Promise.race([this.#server?.stop(), Bun.sleep(LAST_WORDS_MS)]);
    await this.#server?.stop(true);
    this.log.info('stopped');
    await this.log.close();
  }

  async #idle(timeoutMs: number): Promise<void> {
    const until = systemClock.now() + timeoutMs;
    while (this.inFlight > 0 && systemClock.now() < until) await Bun.sleep(20);
  }
}

/** Prompt files are part of the config: an error in one is an error of the config. */
async function readPrompts(
  config: Config,
  file: string | undefined,
  env: Environment,
  log: Log,
): Promise<PromptSet | undefined> {
  if (!config.proxy.enable_system_prompt) return undefined;
  const configDir = resolve(file === undefined ? '.' : dirname(file));
  const { prompts, problems } = await loadPrompts({
    dir: resolve(configDir, config.proxy.system_prompt_dir),
    configDir,
    env,
  });
  const errors = problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    throw new ConfigError(
      errors.map((problem) => ({
        file: problem.file,
        line: problem.line ?? 0,
        column: problem.column ?? 0,
        path: '',
        message: problem.message,
      })),
    );
  }
  for (const problem of problems) log.warn(`system prompt ${problem.file}: ${problem.message}`);
  return prompts;
}

function logSettings({ logging, proxy_api_key: gatewayKey, backends }: Config): LogSettings {
  const secrets = [
    gatewayKey,
    ...backends.map(({ api_key: key }) => key),
    ...backends.flatMap(({ headers }) => Object.values(headers ?? {})),
  ];
  return {
    level: logging.level,
    consoleLevel: logging.console_level,
    baseDir: logging.base_dir === '' ? undefined : resolve(logging.base_dir),
    separateFiles: logging.separate_files,
    maskSensitive: logging.mask_sensitive,
    maxFileBytes: logging.max_file_size_mb * 1024 * 1024,
    maxAgeDays: logging.max_age_days,
    format: logging.format,
    consoleFormat: logging.console_format,
    secrets: secrets.filter((secret) => secret !== undefined),
    color: process.stderr.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  };
}

function named(key: string): { backend: string; model: string } {
  const [backend = '', model = ''] = key.split('\0');
  return { backend, model };
}

import { dirname, resolve } from 'node:path';

import { LiveBackends } from './backends/live.ts';
import { ConfigError } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import { Gateway } from './gateway.ts';
import { systemClock } from './lib/clock.ts';
import { stderrWriter } from './observe/console.ts';
import { createLog } from './observe/log.ts';
import type { Log, LogSettings } from './observe/log.ts';
import type { PromptSet } from './prompts/inject.ts';
import { loadPrompts } from './prompts/load.ts';
import { buildSnapshot } from './snapshot.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The composition root: everything that serves requests is constructed here and nowhere else. */
export class App {
  readonly log: Log;
  readonly gateway: Gateway;
  config: Config;
  readonly #live: LiveBackends;
  readonly #configDir: string;
  readonly #env: Environment;

  /** Builds the gateway of `config`, which came from `file` if from one. Throws a ConfigError if its prompt files are wrong. */
  static async create(config: Config, file: string | undefined, env: Environment): Promise<App> {
    const configDir = resolve(file === undefined ? '.' : dirname(file));
    const { prompts, warnings } = await readPrompts(config, configDir, env);
    const app = new App(config, prompts, { configDir, env });
    for (const warning of warnings) app.log.warn(warning);
    return app;
  }

  private constructor(config: Config, prompts: PromptSet | undefined, place: { configDir: string; env: Environment }) {
    this.config = config;
    this.#configDir = place.configDir;
    this.#env = place.env;
    const log = createLog(logSettings(config), { clock: systemClock, console: stderrWriter() });
    this.log = log;
    this.#live = new LiveBackends(systemClock, {
      cooling: (key, until, failure) =>
        log.warn('backend cools down', { ...named(key), failure, until: new Date(until).toISOString() }),
      recovered: (key) => log.info('backend is back', named(key)),
    });
    const tools = { clock: systemClock, log, random: Math.random };
    this.gateway = new Gateway(buildSnapshot(config, prompts, this.#live), this.#live, tools);
  }

  /** Puts another config into force: requests under way end on the old one. Throws a ConfigError, and changes nothing, if its prompt files are wrong. */
  async reload(config: Config): Promise<void> {
    const { prompts, warnings } = await readPrompts(config, this.#configDir, this.#env);
    this.gateway.use(buildSnapshot(config, prompts, this.#live));
    this.log.configure(logSettings(config));
    this.config = config;
    for (const warning of warnings) this.log.warn(warning);
  }
}

/** Prompt files are part of the config: an error in one is an error of the config. */
async function readPrompts(
  config: Config,
  configDir: string,
  env: Environment,
): Promise<{ prompts: PromptSet | undefined; warnings: string[] }> {
  if (!config.proxy.enable_system_prompt) return { prompts: undefined, warnings: [] };
  const dir = resolve(configDir, config.proxy.system_prompt_dir);
  const { prompts, problems } = await loadPrompts({ dir, configDir, env });
  const errors = problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    throw new ConfigError(
      errors.map(({ file, line = 0, column = 0, message }) => ({ file, line, column, path: '', message })),
    );
  }
  return { prompts, warnings: problems.map(({ file, message }) => `system prompt ${file}: ${message}`) };
}

function logSettings({ logging, proxy_api_key: gatewayKey, backends }: Config): LogSettings {
  const secrets = [
    gatewayKey,
    ...backends.flatMap(({ api_key: key, headers }) => [key, ...Object.values(headers ?? {})]),
  ];
  return {
    // Bodies are written at debug, so asking for them asks for the level.
    level: logging.debug_mode ? 'debug' : logging.level,
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

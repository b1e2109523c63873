import { diffConfig, formatChange } from '../config/diff.ts';
import type { States } from '../config/file-watch.ts';
import { FileWatch } from '../config/file-watch.ts';
import type { ListenFlags } from '../config/listen-choice.ts';
import type { LoadedConfig } from '../config/load.ts';
import { loadConfig } from '../config/load.ts';
import { ExposureWarnings } from '../config/exposed-secrets.ts';
import { ConfigError, type ConfigProblem, formatProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { App } from '../app.ts';
import { systemClock } from '../lib/clock.ts';
import { printable } from '../lib/printable.ts';
import type { ReloadResult } from '../context.ts';
import type { Host } from '../server/host.ts';
import { reasonOf } from '../server/host.ts';
import type { Environment } from '../lib/environment.ts';
import { watchedPaths } from './watched-paths.ts';

/** What the config in force came from. */
export interface Origin {
  readonly file: string;
  /** What the command line said besides. */
  readonly flags: ListenFlags;
  readonly env: Environment;
  /** How its files were before they were read. */
  readonly known: States;
  /** What was told of it at the start. */
  readonly warnings: readonly ConfigProblem[];
}

/** The file is right, so no change of it will be seen that tries again. */
const AGAIN = ' (then reload again: SIGHUP, or POST /admin/reload)';

/** Keeps the gateway on what its config file says: when the file changes, or when asked. One reload at a time. */
export class Reloader {
  readonly #watch: FileWatch;
  readonly #exposure: ExposureWarnings;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly app: App,
    private readonly host: Host,
    private readonly from: Origin,
  ) {
    this.#watch = new FileWatch(systemClock, () => void this.reload('a file changed'), from.known);
    this.#exposure = new ExposureWarnings(from.warnings);
  }

  /** Looks after `files`, and after the prompt files and the price table of `config`, from now on. */
  watch(files: readonly string[], config: Config): Promise<boolean> {
    return this.#watch.watch([...files, ...watchedPaths(config, this.from.file)]);
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Puts the present state of the file into force. An invalid one changes nothing, and what is wrong is told wherever operators look. */
  async reload(why: string, by?: string): Promise<ReloadResult> {
    const result = this.#last.then(async () => {
      const outcome = await this.#reload(why);
      // Operators see it at /admin/status as well.
      this.app.reloaded(outcome, why, by);
      return outcome;
    });
    this.#last = result;
    return await result;
  }

  /** Its files are watched from before they are read, and if it is refused as well: what is put right may be another than the config. */
  async #load(): Promise<LoadedConfig> {
    const { file, flags, env } = this.from;
    const loaded = await loadConfig(file, env, flags);
    const hasNewFiles = await this.watch(loaded.files, loaded.config);
    return hasNewFiles ? await loadConfig(file, env, flags) : loaded;
  }

  async #reload(why: string): Promise<ReloadResult> {
    const { app, host } = this;
    const { file } = this.from;
    const before = app.config;
    try {
      const { config, warnings, origins } = await this.#load();
      const prompts = await app.reload(config, () => host.follow(config));
      const changes = [...diffConfig(before, config).map(formatChange), ...prompts.changes];
      app.log.info('config reloaded', { why, file, changes: changes.length });
      for (const change of changes) app.log.info(`config: ${change}`);
      for (const warning of [...this.#exposure.unreported(warnings).map(formatProblem), ...prompts.warnings])
        app.log.warn(`config warning: ${warning}`);
      const allWarnings = [...warnings.map(formatProblem), ...prompts.warnings];
      app.origins = origins;
      return { result: 'reloaded', changes: this.#shown(changes), warnings: this.#shown(allWarnings) };
    } catch (error) {
      if (error instanceof ConfigError && error.secretFiles.length > 0)
        await this.watch([file, ...error.secretFiles], before);
      const reasons = error instanceof ConfigError ? error.problems.map(formatProblem) : [`${reasonOf(error)}${AGAIN}`];
      const problems = this.#shown(reasons);
      for (const problem of problems) app.log.error(`reload failed, the old config stays: ${problem}`, { why });
      return { result: 'refused', problems };
    }
  }

  /** As the log shows it. */
  #shown(lines: readonly string[]): string[] {
    return lines.map((line) => printable(this.app.log.mask(line)));
  }
}

import { diffConfig, formatChange } from '../config/diff.ts';
import type { States } from '../config/file-watch.ts';
import { FileWatch } from '../config/file-watch.ts';
import type { LoadedConfig } from '../config/load.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { App } from '../app.ts';
import { promptPaths } from '../app.ts';
import { systemClock } from '../lib/clock.ts';
import { printable } from '../lib/printable.ts';
import type { ReloadResult } from '../pipeline/context.ts';
import type { Host } from '../server/host.ts';
import { reasonOf } from '../server/host.ts';

/** Keeps the gateway on what its config file says: when the file changes, or when asked. One reload at a time. */
export class Reloader {
  readonly #watch: FileWatch;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly app: App,
    private readonly host: Host,
    /** The config file, and how it was before it was read. */
    private readonly file: string,
    known: States,
  ) {
    this.#watch = new FileWatch(systemClock, () => void this.reload('a file changed'), known);
  }

  /** Looks after `files`, and after the prompt files of `config`, from now on. */
  watch(files: readonly string[], config: Config): Promise<boolean> {
    return this.#watch.watch([...files, ...promptPaths(config, this.file)]);
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Puts the present state of the file into force. An invalid one changes nothing, and what is wrong is told wherever operators look. */
  reload(why: string): Promise<ReloadResult> {
    const result = this.#last.then(() => this.#reload(why));
    this.#last = result;
    return result;
  }

  /** Its files are watched from before they are read, and if it is refused as well: what is put right may be another than the config. */
  async #load(): Promise<LoadedConfig> {
    const loaded = await loadConfig(this.file, process.env);
    const hasNewFiles = await this.watch(loaded.files, loaded.config);
    return hasNewFiles ? await loadConfig(this.file, process.env) : loaded;
  }

  async #reload(why: string): Promise<ReloadResult> {
    const { app, host } = this;
    const before = app.config;
    try {
      const { config, warnings } = await this.#load();
      const prompts = await app.reload(config, () => host.follow(config));
      app.gateway.configProblems = [];
      app.metrics.reloaded(true);
      const changes = [...diffConfig(before, config).map(formatChange), ...prompts.changes];
      const allWarnings = [...warnings.map(formatProblem), ...prompts.warnings];
      app.log.info('config reloaded', { why, file: this.file, changes: changes.length });
      for (const change of changes) app.log.info(`config: ${change}`);
      for (const warning of allWarnings) app.log.warn(`config warning: ${warning}`);
      return { result: 'reloaded', changes, warnings: allWarnings };
    } catch (error) {
      if (error instanceof ConfigError && error.secretFiles.length > 0)
        await this.watch([this.file, ...error.secretFiles], before);
      const reasons = error instanceof ConfigError ? error.problems.map(formatProblem) : [reasonOf(error)];
      // They are shown at /readyz as well, where nobody needs a key.
      const problems = reasons.map((reason) => printable(app.log.mask(reason)));
      app.gateway.configProblems = problems;
      app.metrics.reloaded(false);
      for (const problem of problems) app.log.error(`reload failed, the old config stays: ${problem}`, { why });
      return { result: 'refused', problems };
    }
  }
}

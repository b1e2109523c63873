import { dirname, resolve } from 'node:path';

import type { AdminTools } from './admin/admin-context.ts';
import { createAdmin } from './admin/answer.ts';
import { createSignIn } from './console/sign-in.ts';
import type { HealthChecks } from './routing/health.ts';
import { LiveBackends } from './upstream/backends.ts';
import { gaugesOf, routeGaugesOf } from './routing/report.ts';
import { type ConfigOrigins, NO_ORIGINS } from './config/origins.ts';
import type { Config } from './config/schema.ts';
import { ByteBudget } from './core/byte-budget.ts';
import { ItemStore } from './core/item-store.ts';
import { ResponseOwners } from './core/response-owners.ts';
import type { Feature, FeatureTools } from './feature.ts';
import { FeatureSet } from './feature-set.ts';
import { createFeatures } from './features.ts';
import { Gateway } from './gateway.ts';
import { ReloadHistory } from './admin/reload-history.ts';
import { systemClock, type Clock } from './lib/clock.ts';
import { VERSION } from './lib/version.ts';
import { stderrWriter } from './records/log/console/console-writer.ts';
import { createLog } from './records/log/log.ts';
import type { Log } from './records/log/log.ts';
import { Metrics } from './records/metrics/metrics.ts';
import type { GatewayStatus, LastReload, ReloadResult } from './context.ts';
import { RecentActivity } from './records/recent/recent-activity.ts';
import { RequestQueue } from './admission/queue/queue.ts';
import { BudgetBook } from './admission/budget/budget-book.ts';
import { CallerAccess } from './admission/keys/caller-access.ts';
import { Steering } from './upstream/steering/steering.ts';
import { SharedStore } from './storage/shared-store.ts';
import { storePlace } from './config/store-place.ts';
import type { FailedKeys } from './admission/failed-keys.ts';
import { promptChanges } from './prompts/changes.ts';
import type { PromptSet } from './prompts/prompt-set.ts';
import { cooldowns, failedKeys, healthChecks, shortageOf } from './observers.ts';
import { readPrompts } from './read-prompts.ts';
import { healthSettings, logSettings, maxBufferedBytes, priceTable } from './settings.ts';
import { historyEnd } from './demo/history-end.ts';
import { buildSnapshot, type SnapshotSources } from './build-snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import type { Environment } from './lib/environment.ts';

const NO_FILE = 'there is no config file to read: the gateway was started without one';

/** Where an app was started, and what with. */
interface Place {
  readonly configDir: string;
  readonly file: string | undefined;
  readonly env: Environment;
}

/** What takes the place of what an app makes for itself. */
interface Instead {
  readonly log?: Log;
  readonly features?: (tools: FeatureTools) => readonly Feature[];
}

/** The composition root: everything that serves requests is constructed here and nowhere else. */
export class App {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly gateway: Gateway;
  readonly failedKeys: FailedKeys;
  readonly features: FeatureSet;
  /** What was seen lately. */
  readonly recent = new RecentActivity(systemClock);
  config: Config;
  /** Where the values of that stand. */
  origins: () => ConfigOrigins = NO_ORIGINS;
  /** Reads the config again, if it came from somewhere. */
  onReload: (by?: string) => Promise<ReloadResult> = () => Promise.resolve({ result: 'refused', problems: [NO_FILE] });
  /** Told of each config that has come into force after the first. */
  onConfigured: (config: Config) => void = () => undefined;
  /** What the admin API knows beyond what every request works with. */
  readonly adminTools: AdminTools;
  readonly #live: LiveBackends;
  readonly #health: HealthChecks;
  readonly #queue: RequestQueue;
  readonly #budget: ByteBudget;
  readonly #callers = new CallerAccess();
  readonly #budgets = new BudgetBook();
  readonly #steering: Steering;
  readonly #store = new SharedStore();
  readonly #place: Place;
  #loadedAt = new Date();
  #lastReload: LastReload | undefined;
  readonly #reloads = new ReloadHistory();

  /**
   * Builds the gateway of `config`, which came from `file` if from one. Rejects with a ConfigError if its prompt files are
   * wrong or a feature cannot start.
   */
  static async create(config: Config, file: string | undefined, env: Environment, instead: Instead = {}): Promise<App> {
    const configDir = resolve(file === undefined ? '.' : dirname(file));
    const { prompts, warnings } = await readPrompts(config, configDir, env);
    const app = new App(config, prompts, { configDir, env, file }, instead);
    for (const warning of warnings) app.log.warn(`config warning: ${warning}`);
    try {
      await app.#start(config);
    } catch (error) {
      await app.close();
      throw error;
    }
    app.#apply(config, app.gateway.snapshot);
    return app;
  }

  private constructor(config: Config, prompts: PromptSet | undefined, place: Place, instead: Instead) {
    this.config = config;
    this.#place = place;
    const clock = systemClock;
    const { env } = place;
    const log = instead.log ?? createLog(logSettings(config, env), { clock, console: stderrWriter() });
    this.log = log;
    this.#queue = new RequestQueue(clock);
    this.#budget = new ByteBudget(maxBufferedBytes(config));
    this.#live = new LiveBackends(this.#queue.hasRoom);
    this.#steering = new Steering(clock, log, (name) => this.#live.backend(name));
    const shortage = shortageOf(log);
    this.failedKeys = failedKeys(clock, log);
    this.#health = healthChecks(clock, log, shortage);
    this.metrics = this.#createMetrics(clock);
    const create = instead.features ?? createFeatures;
    const tools = {
      clock,
      log,
      env,
      metrics: this.metrics,
      queue: this.#queue,
      callers: this.#callers,
      budgets: this.#budgets,
      recent: this.recent,
      steering: this.#steering,
      file: place.file,
    };
    this.features = new FeatureSet(create({ ...tools, store: this.#store.get }), log);
    this.adminTools = {
      config: () => this.config,
      snapshotInForce: () => this.gateway.snapshot,
      origins: () => this.origins(),
      reloads: this.#reloads,
      draftPlace: { file: place.file ?? 'config.yaml', env },
      budgets: this.#budgets,
      recent: this.recent,
      steering: this.#steering,
    };
    const snapshot = buildSnapshot(config, this.#sourcesFor(config, prompts));
    const openStore = () => (this.#store.isConfigured ? this.#store.get() : undefined);
    this.gateway = new Gateway(snapshot, {
      clock,
      log,
      sinks: this.features.sinks,
      cooldowns: cooldowns(clock, log, this.metrics),
      health: this.#health,
      shortage,
      failedKeys: this.failedKeys,
      queue: this.#queue,
      owners: new ResponseOwners(),
      budget: this.#budget,
      itemStore: new ItemStore(this.#budget),
      reload: (by) => this.onReload(by),
      status: () => this.#status(),
      admin: createAdmin(this.adminTools),
      signIn: createSignIn({ clock, log, callers: this.#callers, openStore }),
      openStore,
      callers: this.#callers,
      rehearsals: this.#steering.rehearsals,
      random: Math.random,
    });
  }

  #createMetrics(clock: Clock): Metrics {
    return new Metrics({
      backends: () => Array.from(this.gateway.snapshot.backends.values(), ({ live }) => gaugesOf(live, clock)),
      aliases: () => Array.from(this.gateway.snapshot.aliases.values(), (alias) => routeGaugesOf(alias, clock)),
      queueDepth: () => this.#queue.waiting,
      bufferedBytes: () => this.#budget.used,
      bufferedLimitBytes: () => this.#budget.limit,
      droppedLogLines: () => this.log.droppedLines,
      accepting: () => this.gateway.accepting,
      features: () => this.features.families(),
      version: VERSION,
    });
  }

  /**
   * Puts another config into force: requests under way end on the old one. Resolves to what changed of its prompt files and
   * their warnings.
   * Rejects, with nothing changed, with a ConfigError if they are wrong or a feature cannot start, or with what `beforeSwap`
   * rejects with.
   */
  async reload(
    config: Config,
    beforeSwap: () => Promise<void>,
  ): Promise<{ readonly changes: readonly string[]; readonly warnings: readonly string[] }> {
    const { configDir, env } = this.#place;
    const { prompts, warnings } = await readPrompts(config, configDir, env);
    const snapshot = buildSnapshot(config, this.#sourcesFor(config, prompts));
    const changes = promptChanges(this.gateway.snapshot.prompts, prompts);
    await this.#start(config);
    await beforeSwap();
    this.#apply(config, snapshot);
    this.gateway.use(snapshot);
    for (const backend of this.#live.follow(this.config, config))
      this.log.info('backend state reset', { backend, cause: 'its url or api_key changed' });
    this.config = config;
    this.#loadedAt = new Date();
    this.onConfigured(config);
    return { changes, warnings };
  }

  /** Keeps what came of a reload, for operators who ask later. */
  reloaded(result: ReloadResult, why: string, by?: string): void {
    this.#lastReload = { at: new Date().toISOString(), why, ...result };
    this.#reloads.add({ ...this.#lastReload, by });
    this.metrics.reloaded(result.result === 'reloaded');
  }

  #sourcesFor(config: Config, prompts: PromptSet | undefined): SnapshotSources {
    const { env, file } = this.#place;
    const { features, log } = this;
    return {
      live: this.#live,
      env,
      prompts,
      policies: features.policiesOf(config),
      links: features.linksOf(config),
      access: this.#callers,
      priceTable: priceTable(config, file, (cause) => log.warn('the price table of data_dir is not used', { cause })),
    };
  }

  #status(): GatewayStatus {
    const { unready } = this.gateway;
    const last = this.#lastReload;
    // The file is refused, and an older config is in force.
    const problems = last?.result === 'refused' ? last.problems : [];
    return {
      status: unready === undefined ? 'ready' : 'not_ready',
      reason: unready ?? null,
      degraded: this.features.degraded(),
      version: VERSION,
      config: {
        file: this.#place.file ?? null,
        valid: problems.length === 0,
        problems,
        loaded_at: this.#loadedAt.toISOString(),
        last_reload: last ?? null,
      },
      demo: this.config.isDemo === true ? { history_until: historyEnd(this.recent) } : undefined,
      features: this.features.status(),
    };
  }

  /** Lets go of timers and files, the log's last. */
  async close(): Promise<void> {
    this.#health.stop();
    await this.features.close();
    await this.#store.close();
    await this.log.close();
  }

  async #start(config: Config): Promise<void> {
    const place = storePlace(config, this.#place.file);
    if (place !== undefined) this.#store.use(place);
    await this.features.start(config);
  }

  /** What counts beyond the snapshot, from now on, for requests under way as well. */
  #apply(config: Config, snapshot: Snapshot): void {
    this.failedKeys.configure(config.server.failed_keys_per_minute);
    const { enabled, per_backend_limit: limitOfEach = Infinity } = config.concurrency;
    for (const { name, max_concurrency: own } of config.backends) {
      this.#live.backend(name).limit = own ?? (enabled ? limitOfEach : Infinity);
    }
    this.features.configure(config, snapshot);
    this.#budget.limit = maxBufferedBytes(config);
    this.#health.configure(healthSettings(config), [...snapshot.backends.values()]);
  }
}

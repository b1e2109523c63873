import type { BudgetBook } from './admission/budget/budget-book.ts';
import type { CallerAccess } from './admission/keys/caller-access.ts';
import type { Policy } from './admission/policy.ts';
import type { RequestQueue } from './admission/queue/queue.ts';
import type { Config } from './config/schema.ts';
import type { Clock } from './lib/clock.ts';
import type { Environment } from './lib/environment.ts';
import type { Log } from './records/log/log.ts';
import type { Metrics } from './records/metrics/metrics.ts';
import type { Family } from './records/metrics/prometheus.ts';
import type { RecentActivity } from './records/recent/recent-activity.ts';
import type { Sink } from './records/sink.ts';
import type { ServingLink } from './serving/serving-link.ts';
import type { Snapshot } from './snapshot.ts';
import type { Store } from './storage/store.ts';
import type { Steering } from './upstream/steering/steering.ts';

/**
 * A part of the gateway with state of its own that outlives requests and reloads: it has a say in who may come in (a policy),
 * may answer before a backend is asked (a link), takes the records of what is over (a sink), keeps what others ask for, or
 * several of these. `features.ts` has the one list; each is made once for the process.
 */
export interface Feature {
  /** Unique, in snake_case; operators see it. Its policy and its link have the same name. */
  readonly name: string;
  /** Whether a config turns it on. What is off is in no list that a request meets, and costs it nothing. */
  isOn(config: Config): boolean;
  readonly policy?: Policy;
  /** Serves what is admitted, before a backend is asked. */
  readonly link?: ServingLink;
  /** Gets the records of requests that end while it is on, also of those that began before. */
  readonly sink?: Sink;
  /** What `/metrics` shows of it while it is on. */
  readonly families?: readonly Family[];
  /**
   * Opens what it needs (a store, a file), once, before the first config that turns it on comes into force: at the start
   * before the gateway listens, or during a reload. If it rejects, with a ConfigError that names the key at fault, the
   * gateway does not start, or goes on with the config that it has.
   */
  start?(config: Config): Promise<void>;
  /** Lets a config count from now on, on or off: just before requests meet its snapshot. Does not throw. */
  configure(config: Config, snapshot: Snapshot): void;
  /** Writes what is left and lets go of everything. Awaited at the end, once, when no request and no record comes any more. */
  close?(): Promise<void>;
  /** What is wrong with it just now, as a code without secrets (strangers read it at `/readyz`); undefined: nothing is. */
  degraded?(): string | undefined;
  /** What `GET /admin/status` says of it: JSON; undefined: nothing. */
  status?(): object | undefined;
}

/** What features are made with. */
export interface FeatureTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Environment;
  readonly metrics: Metrics;
  readonly queue: RequestQueue;
  /** The config file, from whose folder paths in it begin; undefined: there is none. */
  readonly file: string | undefined;
  /** Keys and teams, as far as they outlive the config. */
  readonly callers: CallerAccess;
  /** All budgets, and what has become of them. */
  readonly budgets: BudgetBook;
  /** What the process has seen lately. */
  readonly recent: RecentActivity;
  /** What operators see of routes, and do to them. */
  readonly steering: Steering;
  /** The database; rejects with `StoreUnavailable`. Only for features that are on where one is configured. */
  readonly store: () => Promise<Store>;
}

import type { Cooldowns } from './routing/cooldown.ts';
import type { HealthChecks } from './routing/health.ts';
import type { Rehearsals } from './upstream/steering/rehearsals.ts';
import type { Shortage } from './upstream/shortage.ts';
import type { CallerAccess } from './admission/keys/caller-access.ts';
import type { Clock } from './lib/clock.ts';
import type { FailedKeys } from './admission/failed-keys.ts';
import type { RequestQueue } from './admission/queue/queue.ts';
import type { Sink } from './records/sink.ts';
import type { Log } from './records/log/log.ts';
import type { ByteBudget } from './core/byte-budget.ts';
import type { ItemStore } from './core/item-store.ts';
import type { ResponseOwners } from './core/response-owners.ts';
import type { Exchange } from './core/exchange.ts';
import type { LocalAnswer } from './core/local-answer.ts';
import type { Caller } from './core/caller.ts';
import type { Store } from './storage/store.ts';
import type { Snapshot } from './snapshot.ts';

/** What came of reading the config again: what changed, or why the old one stays; each a line to read. */
export type ReloadResult =
  | { readonly result: 'reloaded'; readonly changes: readonly string[]; readonly warnings: readonly string[] }
  | { readonly result: 'refused'; readonly problems: readonly string[] };

/** The last time that the config was read again, and what came of it. */
export type LastReload = {
  /** When it was over, as ISO 8601. */
  readonly at: string;
  /** Who asked for it, as in the log. */
  readonly why: string;
} & ReloadResult;

/** Why the gateway does not take requests: it is stopping, or no enabled backend is known to be alive. */
export type Unready = 'draining' | 'no_backend';

/** How the gateway itself is, for operators. */
export interface GatewayStatus {
  readonly status: 'ready' | 'not_ready';
  /** Null if it is ready. */
  readonly reason: Unready | null;
  /** What is wrong with features, by name; undefined if nothing is. The gateway serves all the same. */
  readonly degraded: Readonly<Record<string, string>> | undefined;
  /** With its commit, between releases. */
  readonly version: string;
  readonly config: {
    /** Null where the gateway was started without one. */
    readonly file: string | null;
    /** False: the file is refused, and an older config is in force. */
    readonly valid: boolean;
    /** What is wrong with it, each a line to read. */
    readonly problems: readonly string[];
    /** Since when the config in force is, as ISO 8601. */
    readonly loaded_at: string;
    /** Null before the first. */
    readonly last_reload: LastReload | null;
  };
  /** Of a demo: what was before this is made up, as ISO 8601. Undefined of any other gateway. */
  readonly demo?: { readonly history_until: string } | undefined;
  /** What features have to say, by name; undefined if nothing. */
  readonly features: Readonly<Record<string, object>> | undefined;
}

/** The admin API, as those who hand requests to it see it. */
export interface AdminApi {
  /** Answers a request whose caller was let in. Throws a Refusal for what cannot be done. */
  answer(exchange: Exchange, context: Context): Promise<LocalAnswer>;
}

/** Who is signed in to the console, as those who hand requests to it see it. */
export interface SignIn {
  /** Who is signed in, by the session that a request shows; undefined: nobody. Rejects with a Refusal where it may not be used so. */
  identify(exchange: Exchange, context: Context): Promise<Caller | undefined>;
  /** The same of a request that is being answered: it is not judged by what it changes, and is no use of the session. */
  current(exchange: Exchange, context: Context): Promise<Caller | undefined>;
  /** Answers a request to sign in or out. Throws a Refusal for what cannot be done. */
  answer(exchange: Exchange, context: Context): Promise<LocalAnswer>;
}

/** What the verbs work with. One for each snapshot, so that an exchange ends on the config that it began with. */
export interface Context {
  readonly snapshot: Snapshot;
  readonly cooldowns: Cooldowns;
  readonly health: HealthChecks;
  readonly shortage: Shortage;
  readonly failedKeys: FailedKeys;
  readonly queue: RequestQueue;
  readonly owners: ResponseOwners;
  readonly itemStore: ItemStore;
  /** The memory that requests may hold together. */
  readonly budget: ByteBudget;
  /** Where the record of each finished exchange goes. The same array for good, and a reload changes what is in it. */
  readonly sinks: readonly Sink[];
  readonly clock: Clock;
  readonly log: Log;
  /** Reads the config again and puts it into force. `by`: the caller who asks for it. */
  reload(by?: string): Promise<ReloadResult>;
  /** How many requests for a model are let in and not over. */
  running(): number;
  /** The exchanges that are not over. */
  underWay(): Iterable<Exchange>;
  /** The gateway stops, and takes no new requests. */
  isDraining(): boolean;
  status(): GatewayStatus;
  /** The database, for operators; undefined where the config names none. It rejects with `StoreUnavailable`. */
  openStore(): Promise<Store> | undefined;
  /** Keys and teams, as far as they outlive the config. */
  readonly callers: CallerAccess;
  /** Lets backends fail for some callers, so that failover can be watched. */
  readonly rehearsals: Rehearsals;
  /** Answers what operators ask for. */
  readonly admin: AdminApi;
  readonly signIn: SignIn;
  /** In [0, 1). */
  random(): number;
}

import type { DetectionRules } from './core/classify.ts';
import type { Alias, Backend, Timeouts } from './core/route.ts';
import type { Scrubber } from './core/scrubber.ts';
import type { IdSeal } from './core/sealed-id.ts';
import type { SignInSettings } from './core/sign-in-settings.ts';
import type { WorkLimits } from './core/work.ts';
import type { AddressList } from './lib/address-list.ts';
import type { KeyCheck } from './admission/auth.ts';
import type { AdminKey } from './admission/admin-key.ts';
import type { Cors } from './admission/cors.ts';
import type { OpenCallers } from './admission/open-callers.ts';
import type { ServingLink } from './serving/serving-link.ts';
import type { Policy } from './admission/policy.ts';
import type { WebPages } from './admission/web-pages.ts';
import type { PriceBook } from './pricing/price-book.ts';
import type { PromptSet } from './prompts/prompt-set.ts';
import type { Tracing } from './records/traces/tracing.ts';

/** Everything that is derived from one version of the config. Immutable: a reload builds another and swaps. */
export interface Snapshot {
  readonly backends: ReadonlyMap<string, Backend>;
  /** Enabled aliases by name. */
  readonly aliases: ReadonlyMap<string, Alias>;
  /** Enabled wildcard aliases, the longest prefix first. */
  readonly wildcards: readonly Alias[];
  /** The names of models that are shown, each once. */
  readonly listed: readonly string[];
  /** L2: by alias (or the name that a wildcard was asked by), the aliases to go on with. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  /** The alias of requests that name no model. */
  readonly defaultAlias: string | undefined;
  /** The names of the backends that get the rest of each API; undefined: nothing is passed through. */
  readonly passthrough: Readonly<Record<string, string | undefined>> | undefined;
  readonly retry: RetryRules;
  readonly detection: DetectionRules;
  readonly prompts: PromptSet | undefined;
  /** What everything costs. It reads nothing before somebody asks. */
  readonly prices: PriceBook;
  readonly trustedProxies: AddressList;
  /** Whether backends are told the client's address. */
  readonly forwardsClientIp: boolean;
  /** Whether the bodies of requests and answers are kept for the log. */
  readonly logsBodies: boolean;
  /** So much of each body the ledger keeps, where a key or an alias says so; undefined: there is no ledger. */
  readonly mostBodyBytes: number | undefined;
  /** Gives requests their places in traces; undefined: there are none. */
  readonly tracing: Tracing | undefined;
  readonly metricsEndpoint: MetricsEndpoint;
  /** Whether browsers get the console. */
  readonly servesConsole: boolean;
  readonly maxBodyBytes: number;
  /** How much work one request may make. */
  readonly work: WorkLimits;
  /** What may refuse a request or let it wait, in the order in which it meets them. */
  readonly policies: readonly Policy[];
  /** Of these, those that every request meets, and those that it meets when no link before the backends answers it. */
  readonly policiesAtEntry: readonly Policy[];
  readonly policiesForBackends: readonly Policy[];
  /** What serves a request that they have let in, in this order; the last makes attempts. */
  readonly links: readonly ServingLink[];
  /** Undefined: the gateway is open. */
  readonly keyCheck: KeyCheck | undefined;
  /** With it, no other key opens what is for operators. */
  readonly adminKey: AdminKey | undefined;
  /** Who is who where it is open. */
  readonly openCallers: OpenCallers;
  /** Callers share the backends' accounts and are not to see each other's: there are keys besides `proxy_api_key`. */
  readonly hasManyCallers: boolean;
  /** Seals the ids of what providers keep; undefined where there is one caller and no secret: then they pass as they are. */
  readonly seal: IdSeal | undefined;
  /** Takes the gateway's secrets out of what clients get; undefined: it has none. */
  readonly scrubber: Scrubber | undefined;
  /** Undefined: pages of other origins get nothing. */
  readonly cors: Cors | undefined;
  /** Keeps web pages out of a gateway that is open; undefined where it has a key. */
  readonly webPages: WebPages | undefined;
  /** Keeps those of other origins out of the console, where it has a listener of its own. */
  readonly consolePages: WebPages | undefined;
  readonly signIn: SignInSettings;
  /** What `Via` calls this gateway: a request that says so has come back. */
  readonly hopMark: string;
  /** Infinity when off. */
  readonly keepAliveMs: number;
  /** Where neither backend nor alias says anything else. */
  readonly timeouts: Timeouts;
  /** `total_timeout`, where the alias sets none; Infinity when off. */
  readonly totalMs: number;
}

/** What follows once an attempt has failed. */
export interface RetryRules {
  /** For each alias; with 0 every route of it is tried once. */
  readonly maxRetries: number;
  /** The longest wait before the first retry; it doubles with each, up to `backoffMaxMs`. */
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
  /** A backend that asks for a longer wait is not tried again. */
  readonly retryAfterMaxMs: number;
  /** Undefined: nothing cools down. */
  readonly cooldownMs: number | undefined;
  /** While every route cools down: try the one that is due back soonest, instead of refusing the request. */
  readonly triesCooling: boolean;
}

/** How `/metrics` is served. */
export interface MetricsEndpoint {
  /** Beside the API; otherwise it has a listener of its own, or is off. */
  readonly isBesideApi: boolean;
  /** Without a key. */
  readonly isPublic: boolean;
}

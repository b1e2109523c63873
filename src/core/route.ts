import type { BackendLive, ModelLive, Pace } from './backend-live.ts';

/** The limits in time of one attempt and its exchange, in milliseconds; `Infinity` where the config says 0 (off). */
export interface Timeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly readMs: number;
  readonly writeMs: number;
  readonly totalMs: number;
}

/** What cools down: a model at a backend. */
export function routeKey(backend: string, model: string): string {
  return `${backend}\0${model}`;
}

/** How the routes of one priority are ordered. */
export type Balance = 'random' | 'round_robin' | 'least_busy' | 'latency' | 'session';

/** What is sent to a backend. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query after the backend's base URL: `/chat/completions?x=1`. */
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  readonly signal: AbortSignal;
}

/** A provider to send requests to. Immutable, but for `live`, which outlives reloads. */
export interface Backend {
  readonly name: string;
  readonly apiKey: string | undefined;
  /** Extra headers of the config. */
  readonly headers: Readonly<Record<string, string>>;
  readonly live: BackendLive;
  send(request: UpstreamRequest): Promise<Response>;
  /** Tells whether a new connection to the backend can be opened within `timeoutMs`; `unknown` where that can't be asked. */
  probe(timeoutMs: number): Promise<'open' | 'no_answer' | 'unknown'>;
}

/** One way to serve an alias. */
export interface Route {
  readonly alias: Alias;
  readonly backend: Backend;
  /** The model's name at the backend. Of a wildcard alias: what to send for the name that was asked for. */
  readonly model: string;
  /** `model` as the config has it: the same, but of a wildcard alias. */
  readonly modelLabel: string;
  readonly priority: number;
  readonly weight: number;
  /** `backend\0model`: what cools down. */
  readonly key: string;
  readonly timeouts: Timeouts;
  /** How it has been answering, whatever a wildcard stood for. */
  readonly pace: Pace;
  /** What `key` has been doing. */
  readonly live: ModelLive;
}

/** A model name that clients use. */
export interface Alias {
  readonly name: string;
  /** What stands before the `*`; undefined for a plain name. */
  readonly prefix: string | undefined;
  readonly balance: Balance;
  /** The enabled routes by priority, best first; those of one priority together. */
  readonly tiers: readonly (readonly Route[])[];
  /** `total_timeout` where the alias sets one itself, in milliseconds. */
  readonly totalMs: number | undefined;
  /** The turn of `round_robin`, one count for each tier. Outlives reloads. */
  readonly turns: number[];
}

/** An alias as one request named it: `matched` is what stood in for the `*`. */
export interface NamedAlias {
  readonly alias: Alias;
  readonly name: string;
  readonly matched: string;
}

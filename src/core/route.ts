import type { BackendLive, ModelLive, Pace } from './backend-live.ts';
import type { Operation } from './exchange.ts';
import type { ProtocolName } from './part.ts';

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
  /** What is asked of which model, for backends that put it elsewhere; undefined for a health check. */
  readonly call?: UpstreamCall | undefined;
}

export interface UpstreamCall {
  readonly operation: Operation;
  readonly model: string;
  readonly stream: boolean;
}

/** A header that carries a key: `prefix` stands in front of it (`Bearer `). */
export interface CredentialHeader {
  /** Lower case. */
  readonly name: string;
  readonly prefix: string;
}

/** How a backend differs from the dialect it speaks, where the gateway writes the request itself. */
export interface Quirks {
  /** Chat: what it calls the limit of an answer's tokens; default `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens' | undefined;
}

/** A provider to send requests to. Immutable, but for `live`, which outlives reloads. */
export interface Backend {
  readonly name: string;
  readonly apiKey: string | undefined;
  /** Extra headers of the config. */
  readonly headers: Readonly<Record<string, string>>;
  readonly live: BackendLive;
  /** The dialects that it speaks; to clients of any other, the first is translated. Never empty. */
  readonly protocols: readonly ProtocolName[];
  /** Where its key stands; undefined: where its dialect has it; `none`: it is no header, and added on the way. */
  readonly credential: CredentialHeader | 'none' | undefined;
  readonly quirks: Quirks;
  /** What a health check sends besides the key and `headers`, since no dialect writes it. Lower case. */
  readonly checkHeaders?: Readonly<Record<string, string>> | undefined;
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

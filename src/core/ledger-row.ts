import type { RequestDetail } from './request-detail.ts';
import type { Consumption } from './token-classes.ts';

/** What an attempt or an exchange cost, and how that was found. */
export interface Cost {
  /** In nano-USD (10⁻⁹ USD), a whole number, 0 or more. */
  readonly nanoUsd: number;
  /** By whom it was priced: the provider's own statement, `prices:` of the config, the built-in or an updated table. */
  readonly source: 'stated' | 'config' | 'table';
  /** The rates used, in pico-USD per token (10⁻⁶ USD per million tokens), by class; of server tools in nano-USD per call. */
  readonly rates: Readonly<Record<string, number>>;
}

/** One attempt in the ledger. */
export interface LedgerTry {
  /** From 0, in the order in which they were sent. */
  readonly index: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly backend: string;
  readonly model: string;
  /** The model that the answer names, where it names one. */
  readonly reportedModel: string | undefined;
  readonly dialect: string | undefined;
  readonly status: number | undefined;
  readonly failure: string | undefined;
  readonly detail: string | undefined;
  readonly hedge: string | undefined;
  /** When its first content came, from its own start; of a try that did not serve. */
  readonly firstContentMs?: number | undefined;
  /** Milliseconds since the epoch until which the backend+model cools down because of it. */
  readonly coolingUntil?: number | undefined;
  /** It was the trial of a half-open backend. */
  readonly isTrial?: true | undefined;
  /** How long the provider asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** It was sent once more, for its kept connection was dead. */
  readonly isRedone?: true | undefined;
  readonly usage: Consumption | undefined;
  /** Null: there is usage, but no price for it. Undefined: there is nothing to price. */
  readonly cost: Cost | null | undefined;
}

/** What an exchange has taken from a budget: the ledger counts it together with the row, so neither is ever counted without the other. */
export interface LedgerCharge {
  /** The budget's id, unique in the gateway. */
  readonly budget: string;
  /** The start of its window, in milliseconds since the epoch. */
  readonly window: number;
  /** In the budget's unit: nano-USD, tokens or requests. */
  readonly amount: number;
}

/** A `LedgerRow` as JSON: what the journal holds, and what is handed on to the store. */
export type RowJson = string;

/** One exchange in the ledger. No text of prompts or answers. */
export interface LedgerRow {
  /** Unique over all nodes and restarts, and sortable by time: UUIDv7. */
  readonly id: string;
  readonly traceId: string;
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly ttftMs: number | undefined;
  readonly queueMs: number | undefined;
  /** What the gateway itself took; undefined: an older version wrote the row. */
  readonly overheadMs?: number | undefined;
  readonly caller: string | undefined;
  /** Undefined: a key of the config, or none. */
  readonly keyId: string | undefined;
  readonly keyGeneration: string | undefined;
  readonly team: string | undefined;
  readonly owner: string | undefined;
  readonly endUser: string | undefined;
  readonly session: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The alias as the client named it, and the configured one behind it (`openai/*`). */
  readonly alias: string | undefined;
  readonly aliasLabel: string | undefined;
  /** The alias that served, where a fallback (L2) did. */
  readonly servedAlias: string | undefined;
  readonly backend: string | undefined;
  readonly model: string | undefined;
  readonly reportedModel: string | undefined;
  readonly clientDialect: string | undefined;
  readonly backendDialect: string | undefined;
  readonly endpoint: string | undefined;
  readonly stream: boolean;
  readonly status: number;
  readonly errorCode: string | undefined;
  /** Content had been sent before the stream broke. */
  readonly interrupted: boolean;
  readonly finishReason: string | undefined;
  /** The sum over all tries. */
  readonly usage: Consumption | undefined;
  readonly nanoUsd: number | undefined;
  /** Some try has usage without a price: the sum is what is known. */
  readonly unpriced: boolean;
  /** What was held for it at most, in nano-USD. */
  readonly heldNanoUsd: number | undefined;
  readonly cache: string | undefined;
  /** Whether its bodies are kept apart, or were to be and were left out; undefined: they were not to be. */
  readonly bodies?: string | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly clientIp: string;
  readonly userAgent: string | undefined;
  /** The gateway has asked for a stream's token counts, which the client did not ask for. */
  readonly asksUsage?: true | undefined;
  /** Undefined: there is nothing to say beyond the rest. */
  readonly detail?: RequestDetail | undefined;
  readonly tries: readonly LedgerTry[];
  readonly charges: readonly LedgerCharge[];
}

import type { ExchangeBodies } from './exchange-bodies.ts';
import type { KeyGeneration, KeyTraits } from './caller.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import type { Cost, LedgerCharge } from './ledger-row.ts';
import type { ProtocolName } from './part.ts';
import type { RequestDetail } from './request-detail.ts';
import type { Consumption } from './token-classes.ts';

/** The status of an exchange whose client left before its end. */
export const CLIENT_LEFT = 499;

/** What one exchange came to. Written once, at its end; log lines, metrics and any ledger derive from it. */
export interface ExchangeRecord {
  /** Its id in the ledger and wherever it is told; `recordId` makes it. */
  id?: string | undefined;
  /** Milliseconds since the epoch at which the request arrived. */
  readonly startedAt: number;
  readonly traceId: string;
  readonly clientIp: string;
  /** Whoever the credential stood for; undefined where it stood for nobody. */
  readonly caller: string | undefined;
  /** The caller's team. */
  readonly team?: string | undefined;
  /** What the caller's key says of it; undefined: it has none. */
  readonly key?: KeyTraits | undefined;
  /** Which of the caller's keys it was, where it was not the current one. */
  readonly keyGeneration?: KeyGeneration | undefined;
  readonly method: string;
  /** The request's path without its query, which may carry credentials. */
  readonly path: string;
  /** The name the client asked for, once the body was read; it may be unknown to the config. */
  readonly alias: string | undefined;
  /** The alias that served, where a fallback (L2) did and it is not the one asked for. */
  readonly servedAlias: string | undefined;
  /** The configured alias behind `servedAlias ?? alias` (a wildcard stays `openai/*`); never client text, so fit for a label. */
  readonly aliasLabel: string | undefined;
  /** The configured alias that was asked for, whichever served; fit for a label. */
  readonly askedLabel: string | undefined;
  /** What the last attempt was sent to. */
  readonly model: string | undefined;
  readonly backend: string | undefined;
  /** The model as the config has it (a wildcard's stays `*`); fit for a label. */
  readonly modelLabel: string | undefined;
  readonly stream: boolean;
  /** The status that the client saw; 499 when it left first. */
  readonly status: number;
  readonly durationMs: number;
  /** Time to the first content that went to the client; undefined when none did. */
  readonly ttftMs: number | undefined;
  /** How long it waited in the queue; undefined if it did not come so far as to need one. */
  readonly queueMs: number | undefined;
  /** What the gateway itself took: all but the client's sending, the queue, the attempts and the waits between them. */
  readonly overheadMs: number;
  /** Tries that count: an immediate redo of a dead keep-alive connection is none. */
  readonly attempts: number;
  readonly usage: Usage | undefined;
  /** What was called: `chat/completions`, `messages`, `generateContent`. Undefined for a path that is no endpoint. */
  readonly endpoint?: string | undefined;
  readonly clientDialect?: ProtocolName | undefined;
  /** In which the backend was addressed whose answer the client got. */
  readonly backendDialect?: ProtocolName | undefined;
  /** Why the answer ended, in the backend's own word (`stop`, `end_turn`, `STOP`). */
  readonly finishReason?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Whom the client says that it asks for, and in which session: for attribution, never to be trusted. Text of clients. */
  readonly endUser?: string | undefined;
  readonly session?: string | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** A stable code of docs/errors.md, or what the upstream called its error; undefined when all went well. */
  readonly errorCode: string | undefined;
  /** What a refusal's code leaves open: which limit it is and its value, or how each route is. */
  readonly errorDetail?: string | undefined;
  /** The request gets no line of its own: it is one of very many that are refused alike. It counts all the same. */
  readonly unlogged?: boolean | undefined;
  /** A page of the console has read something by itself, as it does all the time: no news for the log. */
  readonly byConsole?: true | undefined;
  /** The gateway turned the request down before any backend was tried; `errorCode` says why. */
  readonly refused: boolean;
  /** The stream began well and ended badly: the client got an error event after content. */
  readonly interrupted: boolean;
  /** Data lines of the stream that were no JSON and were left out. */
  readonly droppedEvents: number;
  /** The gateway has asked for a stream's token counts, which the client did not ask for. */
  readonly asksUsage?: true | undefined;
  /** What there is to say beyond the usual; undefined: nothing. */
  readonly detail?: RequestDetail | undefined;
  readonly tries: readonly AttemptRecord[];
  /** The ids of the rehearsals that it met; undefined: none. */
  readonly rehearsals?: readonly string[] | undefined;
  /** What it has taken from budgets; undefined: none counts. */
  readonly charges?: readonly LedgerCharge[] | undefined;
  /** What was held for it at most, in nano-USD; undefined: no budget in USD counts. */
  readonly heldNanoUsd?: number | undefined;
  /** Its bodies, where the ledger is to keep them. */
  readonly bodies?: ExchangeBodies | undefined;
  /** When it waited in the queue, in milliseconds from its start; undefined: it did not. */
  readonly queued?: readonly Wait[] | undefined;
  /** Undefined: traces are off. */
  readonly trace?: ExchangeTrace | undefined;
}

/** A time of waiting, in milliseconds. */
export interface Wait {
  readonly fromMs: number;
  readonly ms: number;
}

/** A hedge has served; has been slower than the other attempt, or ended with the request; or its backend has failed. */
export type HedgeResult = 'won' | 'lost' | 'failed';

/** One counted attempt, as logged. */
export interface AttemptRecord {
  readonly backend: string;
  readonly model: string;
  /** The alias that the route belongs to and its model, both as the config has them; fit for labels. */
  readonly aliasLabel: string;
  readonly modelLabel: string;
  /** The upstream's status, if it answered. */
  readonly status: number | undefined;
  /** What went wrong, in the words of the failure table (`rate_limited`, `first_byte_timeout`, …); undefined for a success. */
  readonly failure: string | undefined;
  /** The upstream's own code or type of the error; a connection's failure with its host; a timeout's limit. */
  readonly detail: string | undefined;
  /** The upstream's type of the error, where `detail` is its code. */
  readonly type?: string | undefined;
  /** The beginning of the upstream's message, where it cannot quote the prompt. */
  readonly message?: string | undefined;
  readonly ms: number;
  /** When it was sent, in milliseconds from the request; undefined: nothing was sent. */
  readonly startedMs?: number | undefined;
  /** What became of an attempt that was begun beside a slow one; undefined for any other. */
  readonly hedge?: HedgeResult | undefined;
  /** It was only acted out, for a rehearsal; undefined: it was real. */
  readonly isActed?: true | undefined;
  /** Milliseconds since the epoch until which the backend+model cools down because of this try. */
  readonly coolingUntil: number | undefined;
  /** When its first content came, in milliseconds from when it was sent. */
  readonly firstContentMs?: number | undefined;
  /** It was the trial of a half-open backend. */
  readonly isTrial?: true | undefined;
  /** How long the provider asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Its dead keep-alive connection was redone. */
  readonly isRedone?: true | undefined;
  /** In which the backend was addressed. */
  readonly dialect?: ProtocolName | undefined;
  /** The model that the answer names. Text of the backend. */
  readonly reportedModel?: string | undefined;
  /** What it used, reported or estimated; undefined where the backend gave no answer to pay for. */
  readonly usage?: Consumption | undefined;
  /** Null: there is usage, but no price for it. */
  readonly cost?: Cost | null | undefined;
  /** How many numbers of its report were left out because they are no counts; undefined: none. */
  readonly ignoredCounts?: number | undefined;
  /** Whose API it is, in the words of the conventions for traces (`aws.bedrock`), and where. */
  readonly provider?: string | undefined;
  readonly place?: string | undefined;
  /** The id that it gave its answer. */
  readonly responseId?: string | undefined;
  /** Its word for why its answer ended. */
  readonly finishReason?: string | undefined;
  /** The answer that the client got is this attempt's. */
  readonly isServing?: boolean | undefined;
  /** The id of its span, where its backend was told of it. */
  readonly spanId?: string | undefined;
}

/** Token counts as the upstream reported them; never estimated. `promptTokens` is all input, cached included, `completionTokens` all output, thoughts included. */
export interface Usage {
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  readonly cachedTokens: number | undefined;
  /** Of the completion tokens, those that were thought and not said. */
  readonly reasoningTokens: number | undefined;
  /** Of the prompt tokens, those that were written into the provider's cache; and of these, those that stay for an hour. */
  readonly cacheWriteTokens?: number | undefined;
  readonly cacheWrite1hTokens?: number | undefined;
  /** Of the prompt and the completion tokens, those of sound and those of images. */
  readonly promptAudioTokens?: number | undefined;
  readonly completionAudioTokens?: number | undefined;
  readonly promptImageTokens?: number | undefined;
  readonly completionImageTokens?: number | undefined;
  /** Of the cached tokens, those of sound and those of images. */
  readonly cachedAudioTokens?: number | undefined;
  readonly cachedImageTokens?: number | undefined;
  /** What is paid for by number and not by token: calls of the provider's own tools, and other units (see `Consumption`). */
  readonly serverTools?: Readonly<Record<string, number>> | undefined;
  readonly units?: Readonly<Record<string, number>> | undefined;
  /** The tier that served, if it is not the usual one. */
  readonly tier?: string | undefined;
  /** What the provider says that it costs, in nano-USD. */
  readonly statedNanoUsd?: number | undefined;
  /** How many numbers of the report are none that can be counted (negative, no number, too large); they are left out. */
  readonly ignored?: number | undefined;
}

import type { GatewayError } from '../core/gateway-error.ts';
import type { Injection } from '../core/injection.ts';
import type { UpstreamError } from '../core/classify.ts';
import type { EndpointRow } from '../core/endpoint-row.ts';
import type { Endpoint, Operation } from '../core/exchange.ts';
import type { ProtocolName } from '../core/part.ts';
import type { Usage } from '../core/record.ts';
import type { CredentialHeader, Quirks } from '../core/route.ts';
import type { Span } from '../lib/json-span.ts';
import type { UnsupportedFeature } from '../core/unsupported-feature.ts';
import type { Codec } from './codec.ts';
import type { BrokenEnd } from './shared/finish/words.ts';
import type { Blocks } from './shared/stream/blocks.ts';

/**
 * One API dialect as clients and backends use it. Dialects are equal: nothing outside a dialect's folder asks which one
 * it has. Each folder has the same files.
 */
export interface Protocol {
  readonly name: ProtocolName;
  readonly errors: ErrorGrammar;
  readonly stream: StreamGrammar;
  readonly front: Front;
  readonly wire: Wire;
  readonly models: ModelListing;
  /** What a provider keeps beyond an answer; undefined if the dialect has nothing of the kind. */
  readonly providerState?: ProviderState | undefined;
  /** Translates to and from the neutral form. It is not used if client and backend have the same dialect. */
  readonly codec: Codec;
  /** How a plain answer to `request` says that it is incomplete although it holds no error. */
  brokenEnd(body: unknown, request?: Readonly<Record<string, unknown>>): BrokenEnd | undefined;
  /** Whether a plain answer to a conversation holds an answer, or at least the reason why there is none. */
  holdsAnswer(body: unknown): boolean;
  /** The token counts of a plain answer. */
  readUsage(body: unknown): Usage | undefined;
  /** What is paid for of a request whose answer cannot report it, by unit (`character`); undefined: nothing is known. */
  askedUnits?(endpoint: Endpoint, fields: Readonly<Record<string, unknown>>): Record<string, number> | undefined;
  /** What a plain answer says of itself. */
  readFacts(body: unknown): AnswerFacts;
  /**
   * Adds an injection to the request's system text. All other bytes stay. `body` is `text`, parsed. A request to count
   * tokens that has no place for a system text stays as it is.
   */
  injectSystem(text: string, body: Record<string, unknown>, injection: Injection, operation?: Operation): string;
  /** Identifies a conversation across its turns, so that all of them can go to one backend. */
  conversationStart(body: Record<string, unknown>): string;
  /**
   * Removes from the request's text the signatures that the gateway gave to a client for another model than `model`
   * (see `markSignature`): this model would refuse them. All other bytes stay. `body` is `text`, parsed.
   */
  removeForeignSignatures(text: string, body: Record<string, unknown>, model: string, quirks?: Quirks): string;
  /**
   * Fits the request's text to a model: without settings that it would refuse for what the conversation holds, or with
   * what its backend demands of turns that another one served. All other bytes stay. Undefined if nothing has to
   * change. `body` is `text`, parsed.
   */
  fitToModel?(text: string, body: Record<string, unknown>, model: string, quirks: Quirks): FittedRequest | undefined;
}

/** What an answer says of itself. Words of the backend, of any length. */
export interface AnswerFacts {
  /** Its id, as the upstream wrote it. */
  readonly id: string | undefined;
  /** The model that has answered. */
  readonly model: string | undefined;
  /** Its word for why it ended. */
  readonly finishReason: string | undefined;
}

/** A request's text after it was fitted to a model. */
export interface FittedRequest {
  readonly text: string;
  /** The settings that were left out. */
  readonly unsupported: readonly UnsupportedFeature[];
}

/** The paths and headers by which a dialect's clients come. */
export interface Front {
  /** Its part of the table of endpoints. Of two rows that take a path the first counts. */
  readonly rows: readonly EndpointRow[];
  /** Whether only this dialect's clients use a path, known or not. The first dialect that says so is taken. */
  covers(path: string): boolean;
  /** Headers that identify its clients where the path does not (`GET /v1/models`). Lower case. */
  readonly tellingHeaders: readonly string[];
  /** Headers that other clients may send as well, which tell where nothing else does: of what is not there. Lower case. */
  readonly likelyHeaders?: readonly string[];
  /** The query's field that may carry the client's key, beside the headers. */
  readonly keyParameter: string | undefined;
}

/** How errors look. */
export interface ErrorGrammar {
  /** The body of an error that the gateway writes. */
  body(error: GatewayError): string;
  /**
   * The same as the SSE event that ends a stream that cannot be completed. `begun` is what its reader has kept of it
   * (`StreamReader.begun`), if it has begun.
   */
  event(error: GatewayError, begun?: unknown): string;
  /** An upstream's error answer, its body parsed, as such an event; undefined if it holds no error of this dialect. */
  asEvent(body: unknown): string | undefined;
  /** The error that a JSON body holds; undefined if it holds none. */
  read(body: unknown): UpstreamError | undefined;
  /** The status that says the same in this dialect: 503 and 529 are both "overloaded". */
  status(status: number): number;
}

/** The form of streams. */
export interface StreamGrammar {
  /** Keeps a silent stream's connection open and means nothing to the client. */
  readonly keepAlive: string;
  /** Completes a stream after its finish; empty where a stream just ends. */
  readonly end: string;
  /** Whether an event's data, which need not be JSON, is that end. */
  isEnd(data: string): boolean;
  /** Opens a reader for one stream: the answer to `request`, which asked for `operation`. */
  read(request?: Readonly<Record<string, unknown>>, operation?: Operation): StreamReader;
  /** Notes what an event, parsed, says of the stream's blocks. `name` is its `event` field, if it began with one. */
  noteBlocks(event: unknown, name: string | undefined, blocks: Blocks): void;
  /**
   * A plain answer as the events of a stream, for a client that expects one; undefined if `body`, parsed, is not an
   * answer.
   */
  fromPlain(body: unknown): string | undefined;
  /** Undefined if streams report their token counts without being asked. */
  readonly usageRequest?: UsageRequest | undefined;
  /** How events reach the client if not as SSE; undefined: as SSE. */
  readonly framing?: Framing | undefined;
  /** The event fields that hold pieces of a text. */
  readonly textFields: readonly string[];
}

/** How to ask for the token counts of a stream that does not report them by itself. */
export interface UsageRequest {
  /**
   * The request's text with the question; all other bytes stay. `body` is `text`, parsed. Undefined if nothing has to
   * change.
   */
  ask(text: string, body: Readonly<Record<string, unknown>>): string | undefined;
  /** Whether streams of an endpoint can be asked. */
  isFor(endpoint: Pick<Endpoint, 'operation' | 'target'>): boolean;
  /** Whether an event, parsed, is sent only because of the question. */
  isExtra(event: unknown): boolean;
  /** What is in the text of another event, which `event` is when parsed, only because of the question; mostly nothing. */
  extraIn(data: string, event: unknown): Span | undefined;
  /** The field that a backend names when it refuses the question. */
  readonly refusedField: string;
}

/**
 * A way to write a stream that is not SSE. Events and errors are made as SSE and then framed. `keepAlive` is not framed
 * again.
 */
export interface Framing {
  readonly contentType: string;
  /** Opens a writer for one stream. */
  open(): Frames;
}

/** Writes one stream piece by piece. */
export interface Frames {
  /** The text of an event with this data. */
  frame(data: string): string;
  /** The text of an error. Nothing follows it, not even the end. */
  error(data: string): string;
  /** Completes the stream, whether or not there was an event. */
  end(): string;
}

/** Addresses and headers of requests and answers. */
export interface Wire {
  /**
   * Path and query after a backend's base URL; undefined if the dialect has no such endpoint. `body` is the body to
   * send, for paths that depend on it (Gemini: one text to embed, or several).
   */
  address(
    operation: Operation,
    to: {
      readonly model: string;
      readonly stream: boolean;
      readonly body?: Readonly<Record<string, unknown>> | undefined;
    },
  ): string | undefined;
  /** Where a backend's key goes, unless its vendor says otherwise. */
  readonly credential: CredentialHeader;
  /** Headers that a backend needs, added if the client sent none of the name. Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a body calls the most tokens of its answer, and the members in which it stands; undefined: the body itself. */
  readonly outputLimit: { readonly names: readonly string[]; readonly within?: readonly string[] };
  /** Prefixes of header names that belong to this dialect and mean nothing to others. Lower case. */
  readonly headerPrefixes: readonly string[];
  /** Other dialects whose `native` and `embed` endpoints a backend of this one also has. */
  readonly alsoServes: readonly ProtocolName[];
  /** Replaces the model's name in bodies that repeat it from the path; undefined if bodies never do. */
  renameModel?(text: string, model: string): string;
  /** Query fields that only the gateway sets. A client's are removed. Spelled as by `fieldName`. */
  readonly ownQueryFields?: ReadonlySet<string>;
  /** The header in which clients look for the request's id. Lower case. */
  readonly requestIdHeader: string;
  /** Reads the rate limits from an upstream's headers; undefined if they hold none. */
  readLimits(headers: Headers): RateLimitState | undefined;
  /** Writes rate limits as headers of this dialect. */
  limitHeaders(limits: RateLimitState): Readonly<Record<string, string>>;
}

/** What is left of the rate limits for requests and for tokens. */
export interface RateLimitState {
  readonly requests?: LimitState | undefined;
  readonly tokens?: LimitState | undefined;
}

/** One limit: its size, what is left of it, and the time until it is full again. */
export interface LimitState {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  readonly resetMs?: number | undefined;
}

/** State that only its provider keeps and knows. */
export interface ProviderState {
  /** The id of a plain answer, or of an event of a stream; undefined if it has none. */
  idOf(body: unknown): string | undefined;
  /** The ids in an answer or event that later requests may refer to: items, a container, audio. */
  itemsOf(body: unknown): readonly string[];
  /**
   * Replaces in its text each id of a kept object by what `seal` returns; all other bytes stay. `body` is `text`,
   * parsed. Undefined if the dialect has no such ids.
   */
  readonly seal: ((text: string, body: unknown, seal: (id: string) => string) => string) | undefined;
  /** Whether a request lets its provider keep the answer, or go on with it when nobody waits; undefined: none does. */
  keeps?(body: Readonly<Record<string, unknown>>): boolean;
  /** Whether a request refers to kept state. */
  refers(body: Readonly<Record<string, unknown>>): boolean;
  /**
   * Replaces in the request's text each reference by what `store` knows of it; all other bytes stay. `body` is `text`,
   * parsed. Throws a Refusal for a reference to nothing.
   */
  resolve(text: string, body: Readonly<Record<string, unknown>>, store: ReferenceStore): string;
}

/** What one caller's request may refer to. */
export interface ReferenceStore {
  /** The JSON of an item that the gateway keeps; undefined if it keeps none with this id. */
  item(id: string): string | undefined;
  /**
   * The provider's own id for something that it keeps. Throws a Refusal if the caller knows no such id; `field` is
   * where it stands.
   */
  refer(id: string, field: string): string;
  /** Whether the gateway gave the caller an item with this id. Undefined: all callers are one. */
  readonly isOwn: ((id: string) => boolean) | undefined;
}

/** The form of model lists. `createdAt` is in milliseconds since the epoch. */
export interface ModelListing {
  list(names: readonly string[], createdAt: number): unknown;
  one(name: string, createdAt: number): unknown;
}

/** Reads one stream. It sees every event once. */
export interface StreamReader extends AnswerFacts {
  /**
   * If the last event was of a kind that says nothing but its text: the key before that text, as in `"content":"`. The
   * reader need not see events that differ from it in their text only.
   */
  readonly textKey: string | undefined;
  /**
   * What an event, parsed, means for the stream: content begins, an error (`foreign_error`: one that this dialect's
   * clients do not recognise), the stream's own end, a broken end (see `broken`), or none of these. `name` is its
   * `event` field, if it began with one. `data` is the unparsed text, as Latin-1.
   */
  see(event: unknown, name?: string, data?: string): 'content' | 'error' | 'foreign_error' | 'end' | 'broken' | 'other';
  /** Every choice that has begun has its finish reason, and no content after it. */
  readonly finished: boolean;
  /** What is wrong if the stream ends now: the last finish is an unknown word, or a finish is missing. */
  readonly broken: BrokenEnd | undefined;
  /** The last token counts seen. */
  readonly usage: Usage | undefined;
  /** How much text the events have said that it was shown, in characters of the strings that they came in. */
  readonly said: number;
  /** What an error event needs to continue this stream; undefined if an error event needs nothing. */
  readonly begun?: unknown;
}

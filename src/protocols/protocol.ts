import type { Injection } from '../core/injection.ts';
import type { UpstreamError } from '../core/classify.ts';
import type { Endpoint, Operation } from '../core/exchange.ts';
import type { ProtocolName } from '../core/part.ts';
import type { Usage } from '../core/record.ts';
import type { CredentialHeader, Quirks } from '../core/route.ts';
import type { Codec } from './codec.ts';
import type { BrokenEnd } from './finish-words.ts';

/**
 * One API dialect as clients and backends speak it. Dialects are equal: nothing outside a dialect's folder asks which
 * one it has. Each folder has the same files.
 */
export interface Protocol {
  readonly name: ProtocolName;
  readonly errors: ErrorGrammar;
  readonly stream: StreamGrammar;
  readonly front: Front;
  readonly wire: Wire;
  readonly models: ModelListing;
  /** What backends keep beyond an answer; undefined where the dialect has no such thing. */
  readonly keeping?: Keeping | undefined;
  /** Translation to and from the neutral form. Not used where client and backend speak the same dialect. */
  readonly codec: Codec;
  /** What a plain answer to `request` says of its end where it is not whole, for all that it has no error. */
  brokenEnd(body: unknown, request?: Readonly<Record<string, unknown>>): BrokenEnd | undefined;
  /** Whether a plain answer to a conversation says anything, be it only why there is no more to say. */
  holdsAnswer(body: unknown): boolean;
  /** The token counts that a plain answer reports. */
  readUsage(body: unknown): Usage | undefined;
  /**
   * The request's text with an injection joined to its system text; all other bytes stay. `body` is `text`, parsed. A request to
   * count tokens that has no place for a system text stays as it is.
   */
  injectSystem(text: string, body: Record<string, unknown>, injection: Injection, operation?: Operation): string;
  /** What identifies a conversation through its turns, so that they can be kept at one backend. */
  conversationStart(body: Record<string, unknown>): string;
  /**
   * The request's text without the signatures that the gateway gave to a client for another model than `model` (see
   * `markSignature`): that one would refuse them. All other bytes stay. `body` is `text`, parsed.
   */
  removeForeign(text: string, body: Record<string, unknown>, model: string, quirks?: Quirks): string;
  /**
   * The request's text without settings that `model` would refuse for what the conversation holds, and their names, or with
   * what its backend demands of turns that others served; all other bytes stay. Undefined where nothing is to be done.
   * `body` is `text`, parsed.
   */
  removeUnfit?(text: string, body: Record<string, unknown>, model: string, quirks: Quirks): Fitted | undefined;
}

/** A request's text without some of its settings. */
export interface Fitted {
  readonly text: string;
  /** The settings that are left out, as the client called them. */
  readonly dropped: readonly string[];
}

/** Where a dialect's clients knock. */
export interface Front {
  /** Endpoints by their whole path. */
  readonly fixed: Readonly<Record<string, Endpoint>>;
  /** The endpoint of a path that holds a name; undefined if it is none. */
  find(path: string, query: string): Endpoint | undefined;
  /** Whether a path, known or not, is one that only this dialect's clients ask for. The first dialect that says so is taken. */
  covers(path: string): boolean;
  /** Headers by which its clients are known where the path does not tell (`GET /v1/models`). Lower case. */
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

/** How streams look. */
export interface StreamGrammar {
  /** What keeps a silent stream's connection open and means nothing to the client. */
  readonly keepAlive: string;
  /** What completes a stream that has had its finish but not its end; empty where a stream just ends. */
  readonly end: string;
  /** Tells whether an event's data, which need not be JSON, is that end. */
  isEnd(data: string): boolean;
  /** A reader for the events of one stream, the answer to `request`, which asked for `operation`. */
  read(request?: Readonly<Record<string, unknown>>, operation?: Operation): StreamReader;
  /**
   * A plain answer of this dialect as the events of a stream, for a client that was promised one; undefined if `body`,
   * parsed, is no answer.
   */
  fromPlain(body: unknown): string | undefined;
  /** Undefined where streams tell their token counts by themselves. */
  readonly usageRequest?: UsageRequest | undefined;
  /** How events reach the client where it is not as SSE; undefined: as they are. */
  readonly framing?: Framing | undefined;
  /** The fields in which its events have pieces of a text that goes on in the next one. */
  readonly textFields: readonly string[];
}

/** How a stream is asked for its token counts, where it does not tell them by itself. */
export interface UsageRequest {
  /** The request's text with that in it; all other bytes stay. `body` is `text`, parsed. Undefined where it needs no change. */
  ask(text: string, body: Readonly<Record<string, unknown>>): string | undefined;
  /** Whether an event, parsed, comes for no other reason. */
  isExtra(event: unknown): boolean;
  /** What a backend names that does not know the field. */
  readonly refusedField: string;
}

/** Another way to write a stream than SSE. Events and errors are made as SSE and then framed; `keepAlive` is of that way already. */
export interface Framing {
  readonly contentType: string;
  /** A writer for one stream. */
  open(): Frames;
}

/** Writes one stream of a framing, piece by piece. */
export interface Frames {
  /** The text of an event with this data. */
  frame(data: string): string;
  /** The same for an error, after which nothing comes, not even the end. */
  error(data: string): string;
  /** What completes the stream, whether or not an event went before. */
  end(): string;
}

/** What stands where in requests and answers. */
export interface Wire {
  /**
   * Path and query after a backend's base URL; undefined where the dialect has no such endpoint. `body` is what will be
   * sent, where the kind of it decides (Gemini: one text to embed or several).
   */
  address(
    operation: Operation,
    to: {
      readonly model: string;
      readonly stream: boolean;
      readonly body?: Readonly<Record<string, unknown>> | undefined;
    },
  ): string | undefined;
  /** Where a backend's key stands, unless its vendor says otherwise. */
  readonly credential: CredentialHeader;
  /** Headers that a backend needs where the client sent none of the name. Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** How the names of headers begin that are this dialect's own, and say nothing to another. Lower case. */
  readonly headerPrefixes: readonly string[];
  /** Other dialects whose `native` and `embed` endpoints a backend of this one has as well. */
  readonly alsoServes: readonly ProtocolName[];
  /** The request's text with the model's name where it repeats what the path says; undefined: it never does. */
  renameModel?(text: string, model: string): string;
  /** Fields of a query that are the gateway's to set, or nobody's: a client's do not pass. As `fieldName` has them. */
  readonly ownQueryFields?: ReadonlySet<string>;
  /** The header in which clients look for the request's id. Lower case. */
  readonly requestIdHeader: string;
  /** The rate limits that an upstream's headers tell; undefined if they tell none. */
  readLimits(headers: Headers): RateLimitState | undefined;
  /** The same as headers of this dialect. */
  limitHeaders(limits: RateLimitState): Readonly<Record<string, string>>;
}

/** What is left of a rate limit, for requests and for tokens. `resetMs`: until it is full again. */
export interface RateLimitState {
  readonly requests?: LimitState | undefined;
  readonly tokens?: LimitState | undefined;
}

/** One limit: what it is, what is left of it, and when it is full again. */
export interface LimitState {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  readonly resetMs?: number | undefined;
}

/** State that a provider keeps, and only that provider knows. */
export interface Keeping {
  /** The id of a plain answer, or of an event of a streamed one; undefined if there is none in it. */
  idOf(body: unknown): string | undefined;
  /** The ids in the same of what later requests may refer to: items, a container, a sound. */
  itemsOf(body: unknown): readonly string[];
  /**
   * Its text with the ids of what is kept as a whole as `seal` tells them; all other bytes stay. `body` is `text`,
   * parsed. Undefined where nothing is.
   */
  readonly seal: ((text: string, body: unknown, seal: (id: string) => string) => string) | undefined;
  /** Whether a request builds on anything that is kept. */
  refers(body: Readonly<Record<string, unknown>>): boolean;
  /**
   * The request's text with what it refers to resolved by `store`; all other bytes stay. `body` is `text`, parsed.
   * Throws the Refusal of what cannot be.
   */
  resolve(text: string, body: Readonly<Record<string, unknown>>, store: ReferenceStore): string;
}

/** What the references of one caller's request can stand for. */
export interface ReferenceStore {
  /** The JSON of an item that the gateway keeps; undefined if it keeps none under the id. */
  item(id: string): string | undefined;
  /** The id of something that a provider keeps, as the provider knows it. Throws a Refusal if the caller knows none; `field` says where it stands. */
  refer(id: string, field: string): string;
  /** Whether the caller was given the id of an item. Undefined: all callers are one. */
  readonly isOwn: ((id: string) => boolean) | undefined;
}

/** How models are listed. `createdAt` is in milliseconds since the epoch. */
export interface ModelListing {
  list(names: readonly string[], createdAt: number): unknown;
  one(name: string, createdAt: number): unknown;
}

/** An error in neutral form. */
export interface GatewayError {
  readonly status: number;
  readonly message: string;
  /** In OpenAI's words: `invalid_request_error`, `rate_limit_error`, `server_error`. Other dialects go by `status`. */
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  /** When a new try makes sense, in milliseconds, for dialects that say so in the body. */
  readonly retryAfterMs?: number | undefined;
  /** The request's id, for dialects whose errors tell it. */
  readonly requestId?: string | undefined;
}

/** Follows one stream. Every event is shown to it once. */
export interface StreamReader {
  /**
   * If the event last seen was of a kind that says nothing of the stream but its text: the key in front of that text, as
   * in `"content":"`. Events that differ from it in the text alone need not be seen.
   */
  readonly textKey: string | undefined;
  /**
   * What an event, parsed, means for the stream: does content begin, is it an error (`foreign_error`: one
   * that clients of this dialect do not know for one), the stream's own end, a broken one (see `broken`), or nothing of
   * these. `name` is its `event` field, if it began with one; `data` what was parsed, as Latin-1.
   */
  see(event: unknown, name?: string, data?: string): 'content' | 'error' | 'foreign_error' | 'end' | 'broken' | 'other';
  /** Every choice that was begun has had its finish reason, and no content since. */
  readonly finished: boolean;
  /** What is wrong with the end, if it comes now: the last finish is of a word that nobody knows, or there has to be one. */
  readonly broken: BrokenEnd | undefined;
  /** The last token counts seen. */
  readonly usage: Usage | undefined;
  /** What an error event that ends the stream has to go on with; undefined where it stands for itself. */
  readonly begun?: unknown;
}

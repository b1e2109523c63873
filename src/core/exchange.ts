import type { BagItem } from '../lib/bag.ts';
import type { Clock } from '../lib/clock.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import type { Attempt } from './attempt.ts';
import type { BackendLive } from './backend-live.ts';
import { ANONYMOUS, type Caller } from './caller.ts';
import type { Conversation } from './conversation.ts';
import type { Aborted, Failure } from './failure.ts';
import type { Lease } from './lease.ts';
import type { ProtocolName } from './part.ts';
import type { TryRecord, Usage } from './record.ts';
import type { Refusal } from './refusal.ts';
import type { Alias, NamedAlias, Route } from './route.ts';
import { routeKey } from './route.ts';
import type { Watch } from './watch.ts';
import type { Work } from './work.ts';

/**
 * What is asked of a model: to go on with a conversation, to count its tokens, to embed texts; `native` is whatever a
 * dialect has besides (images, audio, moderations), which is never translated.
 */
export type Operation = 'generate' | 'count_tokens' | 'embed' | 'native';

/** The methods that endpoints answer to. */
export type Method = 'GET' | 'POST' | 'DELETE';

/** What a path of the gateway stands for. */
export interface Endpoint {
  readonly kind:
    'model' | 'resource' | 'models' | 'model_by_id' | 'backends' | 'status' | 'reload' | 'health' | 'ready' | 'metrics';
  readonly methods: readonly Method[];
  /** The dialect (as in the registry) of whoever asks here. */
  readonly protocol: ProtocolName;
  readonly operation: Operation;
  /** The path after the backend's base URL, for `model` and `resource` endpoints; the id for `model_by_id`. */
  readonly target: string;
  /** The model, where the path names it and not the body. */
  readonly model?: string | undefined;
  /** The model, where the path names it though backends want it in the body (Azure's deployments). */
  readonly alias?: string | undefined;
  /** `optional`: a request may leave its model out; `absent`: it names none at all. Undefined: it must name one. */
  readonly modelIs?: 'optional' | 'absent' | undefined;
  /** Makes of a body as clients of this path write it one as the dialect has it; all other bytes stay. `body` is `text`, parsed. */
  readonly toDialect?: ((text: string, body: Readonly<Record<string, unknown>>) => OwnForm) | undefined;
  /** Fields of the query that belong to this form of the path and go no further. As `fieldName` has them. */
  readonly ownQueryFields?: ReadonlySet<string> | undefined;
  /** A streamed answer, where the path asks for it and not the body. */
  readonly stream?: boolean | undefined;
  /** The id of what a `resource` endpoint is about. */
  readonly resource?: string | undefined;
  /** System prompts apply. */
  readonly conversation: boolean;
  /** A good plain answer is always JSON, so that anything else is no answer. */
  readonly answersJson: boolean;
}

/** A request's body in the form of its dialect, and what its headers say besides. Lower case. */
export interface OwnForm {
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request as the server hands it over. */
export interface Arrival {
  readonly request: Request;
  readonly headers: HeaderFields;
  readonly method: string;
  readonly path: string;
  /** With its `?`; empty if there is none. */
  readonly query: string;
  /** The dialect, as in the registry, in which the client is to be answered. */
  readonly protocol: ProtocolName;
  /** Undefined where the gateway has no such endpoint; `allow` then tells the methods of one that the path does name. */
  readonly endpoint: Endpoint | undefined;
  readonly allow?: string | undefined;
  /** Of a path that is none: where it would be one. */
  readonly misplaced?: MisplacedPath | undefined;
  /** The socket's peer; empty for a Unix socket. */
  readonly peer: string;
  /** What is wrong with the request as such, whoever sent it. */
  readonly objection?: Refusal | undefined;
}

/** A path whose end is an endpoint: most often the client's base URL holds too much. */
export interface MisplacedPath {
  /** What stands in front of the endpoint. */
  readonly prefix: string;
  readonly endpoint: string;
}

/** A request's body, read once, from which each attempt makes its own. */
export interface Body {
  /** The parsed body; of a form, its text fields. */
  readonly fields: Record<string, unknown>;
  readonly bytes: number;
  /**
   * The body with `model` in the place of the one asked for, or in front where it names none; nothing else changes.
   * Undefined: the body as it came.
   */
  withModel(model: string | undefined): string | Uint8Array<ArrayBuffer>;
  /** What a text was put together from that `withModel` has made; undefined for any other. To join a long one is expensive. */
  partsOf?(text: string): readonly string[] | undefined;
  /** The JSON text, where it is one. */
  readonly text: string | undefined;
}

/** One client request on its way through the gateway. The only state that an exchange changes is here. */
export class Exchange implements BagItem {
  readonly request: Request;
  headers: HeaderFields;
  /** How long the body is said to be, in bytes; undefined if it is not said. */
  readonly announcedBytes: number | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Of something that is kept, with the provider's own id, once that is known. */
  endpoint: Endpoint | undefined;
  readonly peer: string;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly startedAtWall: number;

  /** Whoever the request's credential stands for; undefined until that is known. */
  caller: Caller | undefined;
  asked: NamedAlias | undefined;
  /** The name in the body, known or not. */
  askedName: string | undefined;
  body: Body | undefined;
  /** The body in neutral form, once a backend of another dialect needs it. */
  conversation: Conversation | undefined;
  /** What its body may still make the gateway do; undefined until the body has been looked at for that. */
  work: Work | undefined;
  bytesIn = 0;
  /** What it holds of the memory that requests may hold together. */
  bufferedBytes = 0;
  stream = false;
  /** How long it waited in the queue; undefined until it has asked for one. */
  queueMs: number | undefined;
  /** The time that is not the gateway's own: the client's sending, the queue, attempts and the waits between them. */
  elsewhereMs = 0;
  /** The gateway turned it down before any backend was tried. */
  refused = false;
  /** It is one of many of its kind, told together with them: it gets no log line of its own. */
  unlogged = false;

  /** It has taken tokens of the rate limits. */
  hasTokens = false;
  /** Its slot among the requests that run at once. */
  queueSlot: Lease | undefined;
  /** A backend that has a slot kept for its next attempt. */
  kept: BackendLive | undefined;
  /** When the exchange must be over, in monotonic milliseconds. */
  deadlineAt = Infinity;

  /** The route of the current or last attempt, and the alias it belongs to. */
  route: Route | undefined;
  servedAlias: Alias | undefined;
  servedName: string | undefined;
  /** The current or last attempt; aborted with the exchange. */
  attempt: Attempt | undefined;
  /** Its current attempt may take longer to begin an answer, for it is thought over. */
  thinks = false;
  /** The dialect in which its backend is addressed. */
  upstreamProtocol: ProtocolName | undefined;
  /** What had to be left out of its request, by the names of the client's dialect. */
  dropped: readonly string[] = [];
  /** The answer is an estimate of the gateway's own. */
  estimated = false;
  /** The id under which its backend keeps the answer. */
  keptId: string | undefined;
  /** The only backend that knows what the request refers to (`previous_response_id`), by name. */
  pinned: string | undefined;
  /** Attempts begun. */
  attempts = 0;
  readonly tries: TryRecord[] = [];
  /** The last failure of all, and the last that came with an answer. */
  lastFailure: Failure | undefined;
  lastAnswered: Failure | undefined;
  /** The route of that answer, and the dialect that it is in. */
  answeredRoute: Route | undefined;
  answeredIn: ProtocolName | undefined;
  /** Why a backend of another dialect could not be asked. */
  notCarried: Refusal | undefined;
  /** `backend\0model` of those that fell silent, or failed on trial: never tried twice for one request. */
  spent: Set<string> | undefined;
  /** What the conversation was too long for: `backend\0model`, and for other routes of the alias `alias\0\0model`. */
  tooLong: Set<string> | undefined;
  /** `backend\0model` of those whose dead keep-alive connection was redone once already. */
  redone: Set<string> | undefined;

  status = 0;
  errorCode: string | undefined;
  /** What that code leaves open, where the gateway has refused or ended the exchange. */
  errorDetail: string | undefined;
  interrupted = false;
  /** The client has all of a stream, the end included: it may leave. */
  delivered = false;
  usage: Usage | undefined;
  ttftMs: number | undefined;
  bytesOut = 0;
  droppedEvents = 0;
  /** The beginning of the response's body, kept where bodies are to be logged. */
  captured: Uint8Array[] | undefined;
  closed = false;
  /** What minds the limits in time, from the reading of the body on. */
  watch: Watch | undefined;
  /** Its place among those that are under way. */
  slot = -1;
  /** Called once, when the exchange is over. */
  onFinished: ((exchange: Exchange) => void) | undefined;

  #abort: Aborted | undefined;
  /** Seldom more than two. */
  #onAbort: ((reason: Aborted) => void)[] = [];

  constructor(
    arrival: Arrival,
    readonly traceId: string,
    readonly clientIp: string,
    clock: Clock,
  ) {
    const length = arrival.headers['content-length'];
    this.request = arrival.request;
    this.headers = arrival.headers;
    this.announcedBytes = length === undefined ? undefined : Number(length);
    this.method = arrival.method;
    this.path = arrival.path;
    this.query = arrival.query;
    this.endpoint = arrival.endpoint;
    this.peer = arrival.peer;
    this.startedAt = clock.now();
    this.startedAtWall = clock.wallNow();
  }

  /** What is kept for whoever asks is kept under this name. */
  get callerName(): string {
    return (this.caller ?? ANONYMOUS).name;
  }

  /** Whether a route was tried; `key` is its `backend\0model`. */
  hasTried(key: string): boolean {
    for (const { backend, model } of this.tries) if (routeKey(backend, model) === key) return true;
    return false;
  }

  /** How many tries went to routes of an alias. */
  triesOf(alias: string): number {
    let count = 0;
    for (const { aliasLabel } of this.tries) if (aliasLabel === alias) count++;
    return count;
  }

  /** The conversation is too long for a route's model, and so for whatever route of its alias names the same. */
  noteTooLong(route: Route): void {
    (this.tooLong ??= new Set()).add(windowOf(route)).add(route.key);
  }

  /** Whether a route's model has said that the conversation is too long for it, under whatever backend of the alias. */
  isTooLongFor(route: Route): boolean {
    return this.tooLong !== undefined && (this.tooLong.has(route.key) || this.tooLong.has(windowOf(route)));
  }

  /** Gives back the slot that was kept for it, if there is one. */
  letGoOfKept(): void {
    const { kept } = this;
    this.kept = undefined;
    kept?.letGo();
  }

  /** Gives back its place and whatever else it holds. Fine to call more than once. */
  release(): void {
    this.letGoOfKept();
    this.queueSlot?.settle();
  }

  /** Nothing of the exchange happens after. Returns false if it was closed before. */
  close(): boolean {
    if (this.closed) return false;
    this.closed = true;
    this.#onAbort = [];
    return true;
  }

  /** Why the exchange was ended from outside, if it was. */
  get aborted(): Aborted | undefined {
    return this.#abort;
  }

  /** Ends what is going on for this exchange: the client left, the deadline passed, the gateway stops. The first reason stands. */
  abort(reason: Aborted): void {
    if (this.#abort !== undefined || this.closed) return;
    this.#abort = reason;
    const listeners = this.#onAbort;
    this.#onAbort = [];
    this.attempt?.abort(reason);
    for (const listener of listeners) listener(reason);
  }

  /** Calls `listener` when the exchange is aborted, at once if it is already. */
  whenAborted(listener: (reason: Aborted) => void): void {
    if (this.#abort === undefined) this.#onAbort.push(listener);
    else listener(this.#abort);
  }

  /** The same; returns what takes it back. */
  onAbort(listener: (reason: Aborted) => void): () => void {
    this.whenAborted(listener);
    return () => {
      const at = this.#onAbort.indexOf(listener);
      if (at !== -1) this.#onAbort.splice(at, 1);
    };
  }
}

/**
 * Routes of an alias that name one model have one window. `openai/gpt-5` is another name than `gpt-5`: a reseller may have
 * another window for it, and a try for nothing costs less than a route that is left out.
 */
function windowOf({ alias, model }: Route): string {
  return `${alias.name}\0\0${model.toLowerCase()}`;
}

import type { BagItem } from '../lib/bag.ts';
import type { Clock } from '../lib/clock.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import type { Attempt } from './attempt.ts';
import { Attempts } from './attempts.ts';
import { attributionOf, type Attribution } from './attribution.ts';
import { ANONYMOUS, type Caller, type KeyGeneration } from './caller.ts';
import type { Conversation } from './conversation.ts';
import { Deadline } from './deadline.ts';
import { Delivery } from './delivery.ts';
import { estimateInput } from './estimate-tokens.ts';
import type { Access } from './endpoint-row.ts';
import type { Aborted } from './failure.ts';
import type { Holder } from './buffered-bytes.ts';
import { Leases } from './leases.ts';
import type { MisplacedPath } from './misplaced-path.ts';
import type { ProtocolName } from './part.ts';
import type { Refusal } from './refusal.ts';
import type { NamedAlias } from './route.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import type { Through } from './through.ts';
import type { Upgrade } from './upgrade.ts';
import { Waits } from './waits.ts';
import type { Work } from './work.ts';

/**
 * What is asked of a model: to go on with a conversation, to count its tokens, to embed texts; `native` is whatever a
 * dialect has besides (images, audio, moderations), which is never translated.
 */
export type Operation = 'generate' | 'count_tokens' | 'embed' | 'native';

/** The methods that endpoints answer to. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a path of the gateway stands for. */
export interface Endpoint extends Access {
  readonly methods: readonly Method[];
  /** The dialect (as in the registry) of whoever asks here. */
  readonly protocol: ProtocolName;
  readonly operation: Operation;
  /** The path after the backend's base URL, for what reaches one; the id for `model_by_id`. */
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
  /** Of what passes through as it is. */
  readonly through?: Through | undefined;
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
  /** Makes a connection of the request, at an endpoint that `upgrades`. Its handler calls it once the request is admitted. */
  readonly upgrade?: Upgrade | undefined;
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

/** What is asked of the gateway, by whom, and what became of it. What was asked is settled once it is admitted. */
export class Exchange implements BagItem, Holder {
  readonly traceId: string;
  /** Whom proxies that are trusted call the client, else the socket's peer. */
  readonly clientIp: string;
  /** As `arrival` has them, unless admission knows better. */
  headers: HeaderFields;
  endpoint: Endpoint | undefined;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly startedAtWall: number;
  /** Whoever the request's credential stands for; undefined until that is known. */
  caller: Caller | undefined;
  keyGeneration: KeyGeneration | undefined;
  asked: NamedAlias | undefined;
  /** The name in the body, known or not. */
  askedName: string | undefined;
  body: Body | undefined;
  stream = false;
  /** The only backend that knows what the request refers to (`previous_response_id`), by name. */
  pinned: string | undefined;
  bytesIn = 0;
  bufferedBytes = 0;
  readonly waits = new Waits();
  /** What the policies have let it take. */
  readonly leases = new Leases();
  /** What was tried for it. */
  readonly attempts = new Attempts();
  /** What its client gets. */
  readonly delivery = new Delivery();
  closed = false;
  /** The bag's own. */
  slot = -1;
  #conversation: Conversation | undefined;
  #work: Work | undefined;
  #attribution: Attribution | undefined;
  #inputTokens: number | undefined;
  #deadline: Deadline | undefined;
  #abort: Aborted | undefined;
  /** Seldom more than two. */
  #onAbort: ((reason: Aborted) => void)[] = [];

  constructor(
    readonly arrival: Arrival,
    private readonly sender: Pick<Exchange, 'traceId' | 'clientIp'> & { readonly trace?: ExchangeTrace | undefined },
    clock: Clock,
    /** Called once, when the exchange is over. */
    readonly onFinished?: (exchange: Exchange) => void,
  ) {
    this.traceId = sender.traceId;
    this.clientIp = sender.clientIp;
    this.headers = arrival.headers;
    this.endpoint = arrival.endpoint;
    this.startedAt = clock.now();
    this.startedAtWall = clock.wallNow();
  }

  get request(): Request {
    return this.arrival.request;
  }

  /** Its place in a trace; undefined: traces are off. */
  get trace(): ExchangeTrace | undefined {
    return this.sender.trace;
  }

  get method(): string {
    return this.arrival.method;
  }

  get path(): string {
    return this.arrival.path;
  }

  get query(): string {
    return this.arrival.query;
  }

  get peer(): string {
    return this.arrival.peer;
  }

  /** How long the body is said to be, in bytes; undefined if it is not said. */
  get announcedBytes(): number | undefined {
    const length = this.arrival.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  /** What is kept for whoever asks is kept under this. */
  get callerId(): string {
    return (this.caller ?? ANONYMOUS).id;
  }

  /** The attempt whose answer the client gets, else the last that was made, sent or not. None of an answer without one. */
  get lastAttempt(): Attempt | undefined {
    const { attempt, isServed } = this.delivery;
    return attempt ?? (isServed ? undefined : this.attempts.latest);
  }

  /** The attempt that the client, the log and the metrics are told of: the one that serves, else the last that was sent. */
  get reportedAttempt(): Attempt | undefined {
    const { attempt, isServed } = this.delivery;
    if (attempt?.isSent === true) return attempt;
    return isServed && attempt === undefined ? undefined : this.attempts.latestSent;
  }

  /** When the exchange must be over, in monotonic milliseconds. */
  get deadlineAt(): number {
    return this.#deadline?.at ?? Infinity;
  }

  /** From now on the exchange may not go on past `at`. */
  endBy(at: number, clock: Clock): void {
    this.#deadline ??= new Deadline(this, clock);
    this.#deadline.moveTo(at);
  }

  /** The routes of another alias are tried than of the one that the client named. */
  askInstead(named: NamedAlias): void {
    this.asked = named;
  }

  /** The body in neutral form: read once, however many backends of other dialects are asked. */
  conversationBy(decode: () => Conversation): Conversation {
    return (this.#conversation ??= decode());
  }

  /** What its body may still make the gateway do, which `measure` tells of a body that was not looked at so far. */
  workBy(measure: () => Work): Work {
    return (this.#work ??= measure());
  }

  /** Whom it is for, as the client says. */
  get attribution(): Attribution {
    return (this.#attribution ??= attributionOf(this.body?.fields, this.headers));
  }

  /** About how many tokens the body has: for attempts whose backend has not told. */
  get estimatedInput(): number {
    return (this.#inputTokens ??= estimateInput(this.body?.fields ?? {}));
  }

  /** Nothing is tried again: drops the body, unless somebody still reads it, but not what the record tells of it. */
  forgetBody(isCounted = false): void {
    if (!isCounted) this.#inputTokens = this.estimatedInput;
    this.#attribution = this.attribution;
    if (!this.delivery.readsRequest) this.body = undefined;
    this.#conversation = undefined;
  }

  /** Nothing of the exchange happens after. Returns false if it was closed before. */
  close(): boolean {
    if (this.closed) return false;
    this.closed = true;
    this.#onAbort = [];
    this.#deadline?.stop();
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
    this.attempts.abort(reason);
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

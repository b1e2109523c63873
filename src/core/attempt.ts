import { Cancellation } from '../lib/cancellation.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Clock } from '../lib/clock.ts';
import { brokenAnswer } from './broken-answer.ts';
import type { Holder } from './buffered-bytes.ts';
import type { Exchange } from './exchange.ts';
import { Aborted, transportFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Lease } from './lease.ts';
import type { ProtocolName } from './part.ts';
import type { Race } from './race.ts';
import type { Usage } from './record.ts';
import type { Refusal } from './refusal.ts';
import type { NamedAlias, Route } from './route.ts';
import { Watch } from './watch.ts';

/** `first_byte_timeout` where the config sets none. */
const FIRST_BYTE_MS = 60_000;
const THINKING_FIRST_BYTE_MS = 5 * 60_000;

/** What an attempt came to. */
export interface AttemptEnd {
  readonly failure?: Failure;
  /** Of an answer that is passed on. */
  readonly status?: number;
  /** Milliseconds since the epoch until which the route rests because of it. */
  readonly coolingUntil?: number | undefined;
}

/** One try of one route, from the making of its request to the answer's last byte. */
export class Attempt implements Holder {
  /** When it was sent, in monotonic milliseconds. */
  startedAt = 0;
  /** How long it took, once it has ended. */
  ms = 0;
  /** Ends it when its backend is silent for too long. */
  readonly watch: Watch;

  /** The path to ask for after the backend's base URL, where it is not the endpoint's. */
  target: string | undefined;
  /** The dialect in which the backend is addressed. */
  upstreamProtocol: ProtocolName | undefined;
  /** What had to be left out of the request, by the names of the client's dialect. */
  dropped: readonly string[] = [];
  /** It may take longer to begin an answer, for that is thought over. */
  thinks = false;
  /** The answer is an estimate of the gateway's own: nothing was sent. */
  estimated = false;
  /** Why nothing could be sent, in words for the client. */
  refusal: Refusal | undefined;
  /** Its dead keep-alive connection was redone. */
  wasRedone = false;
  /** The route fell silent, or failed on trial: it is never tried twice for one request. */
  isSpent = false;
  /** The other attempt that is made at the same time, and this one; undefined: it is alone. */
  race: Race | undefined;
  /** It was begun beside another one that was slow. */
  isHedge = false;
  /** It is only acted out: nothing is sent, and nobody else learns anything from it. */
  readonly isActed: boolean;

  /** What the backend has told of its tokens. */
  usage: Usage | undefined;
  /** When its first content came, in milliseconds from `startedAt`. */
  firstContentMs: number | undefined;
  /** It has told all that it will. */
  isCounted = false;
  /** How many bytes of text its answer has said, as far as it was read. */
  saidBytes = 0;
  /** How many tokens an answer is expected to have that comes in one piece: its backend may charge them although nobody waits for them. */
  unseenOutput = 0;
  /** How many bytes of system prompt the gateway has put in, and the names of these prompts. */
  injectedBytes = 0;
  prompts: readonly string[] | undefined;
  /** The limit of output tokens that the gateway has set. */
  outputLimit: number | undefined;
  /** The gateway has asked for a stream's token counts. */
  asksUsage = false;
  /** The answer's id, the model that it names, and its word for why it ended. */
  responseId: string | undefined;
  reportedModel: string | undefined;
  finishReason: string | undefined;
  /** The id under which the backend keeps the answer. */
  keptId: string | undefined;
  /** Data lines of a stream that were no JSON and were left out. */
  droppedEvents = 0;
  bufferedBytes = 0;
  /** The id of its span, where its backend was told of it. */
  spanId: string | undefined;

  readonly cancellation = new Cancellation();
  #isSent = false;
  #end: AttemptEnd | undefined;
  /** The half-open trial, if the route is on one. */
  #trial: Lease | undefined;

  constructor(
    readonly exchange: Exchange,
    readonly route: Route,
    /** The alias by which the request has come to the route; undefined for what a backend keeps. */
    readonly named: NamedAlias | undefined,
    private readonly clock: Clock,
  ) {
    this.watch = new Watch(this, clock);
    this.isActed = exchange.attempts.apart !== undefined && exchange.attempts.apart.covers(route);
    exchange.attempts.add(this);
  }

  /** The request goes out, and takes a slot of the backend. */
  begin(trial: Lease | undefined): void {
    const { exchange, route } = this;
    this.#isSent = true;
    this.#trial = trial;
    this.startedAt = this.clock.now();
    if (!this.isActed) route.backend.live.begin(this.startedAt);
    // The slot that was reserved for this exchange is now either its own or, with another backend's first, not needed.
    exchange.attempts.releaseReserved();
    if (exchange.aborted !== undefined) this.cancellation.cancel(exchange.aborted);
    this.watch.begins();
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** Nothing more follows from what happens to it. */
  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Why it did not serve. */
  get failure(): Failure | undefined {
    return this.#end?.failure;
  }

  /** The upstream's status, if it answered. */
  get status(): number | undefined {
    const end = this.#end;
    return end?.failure === undefined ? end?.status : end.failure.status;
  }

  get coolingUntil(): number | undefined {
    return this.#end?.coolingUntil;
  }

  /** It is the one request that a half-open route is let have. */
  get isTrial(): boolean {
    return this.#trial !== undefined;
  }

  /** How long it may take to begin an answer, in milliseconds. */
  get firstByteMs(): number {
    return this.route.timeouts.firstByteMs ?? (this.thinks ? THINKING_FIRST_BYTE_MS : FIRST_BYTE_MS);
  }

  /** The same for the log, and why it is so long. */
  get firstByteLimit(): string {
    const limit = formatDuration(this.firstByteMs);
    if (this.route.timeouts.firstByteMs !== undefined) return limit;
    return `${limit}, the default${this.thinks ? ' for thinking' : ''}`;
  }

  /** Why the gateway itself ended the attempt, if it did. */
  get aborted(): Aborted | undefined {
    const { reason } = this.cancellation;
    return reason instanceof Aborted ? reason : undefined;
  }

  /** Lets go of what it holds, if nothing else has ended it. */
  abandon(): void {
    if (this.#isSent) this.end({ failure: brokenAnswer('abandoned') });
  }

  abort(reason: Aborted): void {
    if (!this.ended) this.cancellation.cancel(reason);
  }

  /** Another attempt is taken in its place: aborts and ends it at once, if it has not ended. */
  lose(): void {
    if (this.ended) return;
    this.abort(new Aborted('hedge_lost'));
    this.end({ failure: transportFailure(this.aborted?.kind ?? 'hedge_lost', this.aborted?.limit) });
  }

  /** Ends the attempt, once; what is still open of it at the backend is dropped. Later calls do nothing. */
  end(end: AttemptEnd): void {
    if (this.ended) return;
    this.#end = end;
    this.watch.ends();
    if (!this.#isSent) return;
    if (!this.isActed) this.route.backend.live.end();
    this.#trial?.settle();
    this.ms = this.clock.now() - this.startedAt;
  }
}

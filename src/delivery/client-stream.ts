import { Aborted, CONSEQUENCES } from '../core/failure.ts';
import { ERROR_CODES } from '../core/refusal.ts';
import type { Exchange } from '../core/exchange.ts';
import { ScrubbedDeltas } from '../core/scrubbed-deltas.ts';
import { DeadlineTimer } from '../lib/deadline-timer.ts';
import type { DeadlineListener } from '../lib/deadline-timer.ts';
import { formatDuration } from '../lib/duration.ts';
import { isJson } from '../lib/is-json.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { capture } from '../records/log/capture.ts';
import type { LongAnswer, PlainAnswer, SlicedAnswer } from '../upstream/answer.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../upstream/outcome.ts';
import { endingOf } from './ending.ts';
import type { Ending } from './ending.ts';
import { finish } from '../records/finish.ts';
import { framedError, framedWhole } from '../translation/framing.ts';

/** The exchange that an answer is for, and what it is delivered with. */
export interface Way {
  readonly exchange: Exchange;
  readonly protocol: Protocol;
  readonly context: Context;
}

/** Where a response's bytes come from. */
interface Source {
  /** The gateway's secrets have been taken out of its bytes; otherwise none of them lies across two pieces. */
  readonly isClean?: boolean;
  next(): Promise<Uint8Array | undefined>;
  cancel(): void;
}

/**
 * The body of a response that is not held whole. The client pulls: nothing is read from the upstream that it has not
 * made room for, so a slow client slows the upstream and memory stays flat.
 */
export class ClientStream implements DeadlineListener {
  private readonly exchange: Exchange;
  private readonly protocol: Protocol;
  private readonly context: Context;
  readonly #timer: DeadlineTimer;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #source: Source | undefined;
  /** Takes the gateway's secrets out of a stream, before its bytes are sent. */
  #deltas: ScrubbedDeltas | undefined;
  /** True while the client waits for the upstream; false while the gateway waits for the client. */
  #clientWaits = false;
  /** When the client last got a byte, or the stream began; monotonic milliseconds. */
  #lastSentAt: number;
  #stopListening: () => void = () => undefined;

  static of(outcome: Promise<Outcome | SlicedAnswer>, way: Way, { late = false } = {}): ReadableStream<Uint8Array> {
    const stream = new ClientStream(outcome, way, late);
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          // The client may have left before there was anything to begin.
          if (stream.exchange.closed) {
            controller.close();
            return;
          }
          stream.#controller = controller;
          if (late) stream.#keepAlive();
        },
        pull: () => stream.#pull(),
        cancel: () => stream.#left(),
      },
      { highWaterMark: 0 },
    );
  }

  private constructor(
    private readonly outcome: Promise<Outcome | SlicedAnswer>,
    { exchange, protocol, context }: Way,
    /** The response was begun before its outcome was known: a status of its own it can no longer have. */
    private readonly late: boolean,
  ) {
    this.exchange = exchange;
    this.protocol = protocol;
    this.context = context;
    exchange.status = 200;
    this.#lastSentAt = context.clock.now();
    this.#timer = new DeadlineTimer(context.clock, this);
    this.#setTimer();
    this.#stopListening = exchange.onAbort((reason) => {
      if (reason.kind === 'client_gone') this.#left();
    });
  }

  #pull(): Promise<void> {
    this.#clientWaits = true;
    if (this.#source !== undefined) return this.#source.next().then(this.#onBytes, this.#onBroken);
    return this.#open()
      .then((source) => {
        this.#source = source;
        return source.next();
      })
      .then(this.#onBytes, this.#onBroken);
  }

  readonly #onBytes = (bytes: Uint8Array | undefined): void | Promise<void> => {
    if (bytes?.byteLength === 0) return this.#pull();
    this.#clientWaits = false;
    if (bytes === undefined) {
      this.#end();
      return;
    }
    this.#deltas?.push(bytes);
    this.#send(bytes);
  };

  readonly #onBroken = (error: unknown): void => this.#break(error);

  /** Waits for the outcome of the tries, if it is not here yet. */
  async #open(): Promise<Source> {
    const outcome = await this.outcome;
    const { exchange, protocol } = this;
    if (outcome.type === 'long' && this.late) return bytesSource(await this.#longAsStream(outcome));
    if (outcome.type === 'stream') this.#deltas = this.#scrubbedDeltas();
    if (outcome.type === 'stream' || outcome.type === 'long' || outcome.type === 'sliced') {
      exchange.status = outcome.status;
      return outcome;
    }
    if (outcome.type === 'plain') {
      exchange.ttftMs ??= this.context.clock.now() - exchange.startedAt;
      return bytesSource(outcome.isStream === true ? outcome.body : this.#plainAsStream(outcome));
    }
    const ending = endingOf(outcome, exchange, protocol);
    exchange.status = ending.status;
    return bytesSource(this.#error(this.#eventOf(ending)));
  }

  #scrubbedDeltas(): ScrubbedDeltas | undefined {
    const { scrubber } = this.context.snapshot;
    return scrubber === undefined ? undefined : new ScrubbedDeltas(scrubber, this.protocol.stream.textFields);
  }

  /** Once a stream has begun, an answer that is no completion can no longer be passed on. */
  #plainAsStream({ status, json }: Pick<PlainAnswer, 'status' | 'json'>): string {
    const events = this.protocol.stream.fromPlain(json);
    if (events !== undefined) return framedWhole(events, this.protocol);
    const { exchange } = this;
    exchange.status = ERROR_CODES.upstream_broken_answer.status;
    exchange.errorCode = 'upstream_broken_answer';
    const event = this.protocol.errors.event({
      status: exchange.status,
      message: `The backend answered with status ${status}, which cannot be passed on when a stream has begun.`,
      type: ERROR_CODES.upstream_broken_answer.type,
      code: 'upstream_broken_answer',
      param: null,
      requestId: exchange.traceId,
    });
    return this.#error(event);
  }

  /** An error event of a stream in which none went before. */
  #error(event: string): string {
    return framedError(event, this.protocol.stream.framing?.open());
  }

  /** In a stream there is no other way for a long plain answer than as events, for which it has to be held. */
  async #longAsStream(answer: LongAnswer): Promise<string> {
    const { exchange, protocol } = this;
    try {
      const text = await answer.whole(MOST_HELD_BYTES);
      const json: unknown = text === undefined ? undefined : JSON.parse(text);
      exchange.usage = protocol.readUsage(json);
      const broken = protocol.brokenEnd(json);
      if (broken !== undefined) throw new Error(`the answer ends with ${broken.word}`);
      return this.#plainAsStream({ status: answer.status, json });
    } catch {
      exchange.interrupted = true;
      exchange.errorCode = codeOf(exchange);
      const message = 'The backend’s answer broke off, or was none that can be passed on. Send the request again.';
      const { errorCode: code, traceId: requestId } = exchange;
      const error = { status: 502, message, type: 'server_error', code, param: null, requestId };
      return this.#error(protocol.errors.event(error));
    }
  }

  /** What the client would have got as a body had it not been kept waiting. */
  #eventOf(ending: Ending): string {
    const { errors } = this.protocol;
    return (ending.type === 'answer' ? errors.asEvent(errorIn(ending)) : undefined) ?? errors.event(ending.error);
  }

  #send(bytes: Uint8Array): void {
    if (this.exchange.closed) return;
    if (this.#deltas === undefined && this.#source?.isClean !== true) this.context.snapshot.scrubber?.scrub(bytes);
    this.exchange.bytesOut += bytes.byteLength;
    capture(this.exchange, bytes);
    this.#lastSentAt = this.context.clock.now();
    this.#controller?.enqueue(bytes);
  }

  #end(): void {
    if (this.exchange.closed) return;
    this.#finish();
    this.#controller?.close();
  }

  /** The answer cannot be completed and its kind has no way to say so: the transfer is broken, so that it does not look whole. */
  #break(error: unknown): void {
    if (this.exchange.closed) return;
    this.exchange.interrupted = true;
    this.exchange.errorCode ??= codeOf(this.exchange);
    this.#finish();
    this.#controller?.error(error);
  }

  /** The client left, or takes nothing any more. */
  #left(): void {
    if (this.exchange.closed) return;
    this.exchange.abort(new Aborted('client_gone'));
    this.#source?.cancel();
    this.#finish();
  }

  #finish(): void {
    this.#timer.clear();
    this.#stopListening();
    finish(this.exchange, this.context);
  }

  /** Fires when the client has had no byte for a while: either it waits, or it takes nothing. */
  onDeadline(): void {
    const silentMs = this.context.clock.now() - this.#lastSentAt;
    const { keepAliveMs } = this.context.snapshot;
    if (this.#clientWaits) {
      if (silentMs >= keepAliveMs && this.#mayKeepAlive()) this.#keepAlive();
    } else if (silentMs >= this.#writeMs) {
      this.exchange.abort(new Aborted('write_timeout', formatDuration(this.#writeMs)));
      this.#source?.cancel();
      this.#break(new Error('the client took nothing for write_timeout'));
      return;
    }
    this.#setTimer();
  }

  /** For the next moment at which silence would mean something; who waits for whom may have changed by then. */
  #setTimer(): void {
    const now = this.context.clock.now();
    const limits = [this.context.snapshot.keepAliveMs, this.#writeMs];
    const due = limits.map((limit) => this.#lastSentAt + limit).filter((at) => at > now);
    this.#timer.setAt(Math.min(...due, now + Math.min(...limits)));
  }

  #keepAlive(): void {
    this.#send(encoder.encode(this.protocol.stream.keepAlive));
  }

  /** Only between the events of a stream; in other answers a comment would be content. */
  #mayKeepAlive(): boolean {
    return this.late || this.#isEventStream;
  }

  get #isEventStream(): boolean {
    return this.#source !== undefined && 'type' in this.#source && this.#source.type === 'stream';
  }

  get #writeMs(): number {
    return this.exchange.route?.timeouts.writeMs ?? Infinity;
  }
}

/** The longest plain answer that is taken in to be told as events; longer ones are no completions. */
const MOST_HELD_BYTES = 64 * 1024 * 1024;

/** The limit that was gone over, if it was one; else that the answer broke off. */
function codeOf({ aborted, lastFailure }: Exchange): string {
  const kind = aborted?.kind ?? lastFailure?.kind;
  return kind?.endsWith('_timeout') === true ? CONSEQUENCES[kind].code : 'stream_interrupted';
}

/** What is no JSON is no error of the client's dialect, unless it came as an event of a stream. */
function errorIn({ answer, said }: Extract<Ending, { type: 'answer' }>): unknown {
  const body = new TextDecoder().decode(answer.body);
  return isJson(body) ? JSON.parse(body) : { error: said.error?.object };
}

const encoder = new TextEncoder();

function bytesSource(whole: string | Uint8Array): Source {
  let rest: Uint8Array | undefined = typeof whole === 'string' ? encoder.encode(whole) : whole;
  return {
    next: () => {
      const bytes = rest;
      rest = undefined;
      return Promise.resolve(bytes);
    },
    cancel: () => undefined,
  };
}

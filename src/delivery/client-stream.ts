import { Aborted } from '../core/failure.ts';
import type { BrokenStream } from '../core/broken-stream.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Source } from '../core/source.ts';
import { ScrubbedDeltas } from '../core/scrubbed-deltas.ts';
import { DeadlineTimer } from '../lib/deadline-timer.ts';
import type { DeadlineListener } from '../lib/deadline-timer.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { SlicedAnswer } from '../upstream/answer.ts';
import type { Context } from '../context.ts';
import { isAnswer, type Outcome } from '../core/outcome.ts';
import { finish } from '../records/finish.ts';
import { showTaps } from '../records/taps.ts';
import type { Addressee } from './client-headers.ts';
import { brokenCode, lateEvents } from './late-events.ts';
import { lastWords } from './last-words.ts';
import { wholeSource } from './whole-source.ts';

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

  static of(
    outcome: Promise<Outcome | SlicedAnswer>,
    addressee: Addressee,
    { late = false } = {},
  ): ReadableStream<Uint8Array> {
    const stream = new ClientStream(outcome, addressee, late);
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
    { exchange, protocol, context }: Addressee,
    /** The response was begun before its outcome was known: a status of its own it can no longer have. */
    private readonly late: boolean,
  ) {
    this.exchange = exchange;
    this.protocol = protocol;
    this.context = context;
    exchange.delivery.status = 200;
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
    if (bytes === undefined && this.#source?.broken !== undefined) return this.#tellOf(this.#source.broken);
    this.#clientWaits = false;
    if (bytes === undefined) {
      this.#end();
      return;
    }
    this.#deltas?.push(bytes);
    this.#send(bytes);
  };

  /** The stream has broken off: its client is told in an event, and nothing follows it. */
  #tellOf(broken: BrokenStream): Promise<void> {
    this.exchange.delivery.breakOff(broken.code);
    this.#source = wholeSource(lastWords(broken, this.exchange, this.protocol) ?? '');
    return this.#pull();
  }

  readonly #onBroken = (error: unknown): void => this.#break(error);

  /** Waits for the outcome of the tries, if it is not here yet. */
  async #open(): Promise<Source> {
    const outcome = await this.outcome;
    const { exchange, protocol } = this;
    const { delivery } = exchange;
    if (this.late && isAnswer(outcome)) delivery.serve(outcome.attempt, this.context.clock.now() - exchange.startedAt);
    const isLong = outcome.type === 'long' && !this.late;
    if (outcome.type !== 'stream' && outcome.type !== 'sliced' && !isLong)
      return wholeSource(await lateEvents(outcome, exchange, protocol));
    if (outcome.type === 'stream') this.#deltas = this.#scrubbedDeltas();
    delivery.status = outcome.status;
    return outcome;
  }

  #scrubbedDeltas(): ScrubbedDeltas | undefined {
    const { scrubber } = this.context.snapshot;
    return scrubber === undefined ? undefined : new ScrubbedDeltas(scrubber, this.protocol.stream.textFields);
  }

  #send(bytes: Uint8Array): void {
    if (this.exchange.closed) return;
    if (this.#deltas === undefined && this.#source?.isClean !== true) this.context.snapshot.scrubber?.scrub(bytes);
    const { delivery } = this.exchange;
    delivery.bytesOut += bytes.byteLength;
    showTaps(this.exchange, bytes, this.context.log);
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
    const { delivery } = this.exchange;
    delivery.breakOff(delivery.errorCode ?? brokenCode(this.exchange));
    this.#finish();
    this.#controller?.error(error);
  }

  /** The client left, or takes nothing any more. */
  #left(): void {
    if (this.exchange.closed) return;
    this.exchange.abort(new Aborted('client_gone'));
    this.#source?.cancel();
    this.exchange.delivery.isWhole = this.#source?.isWhole === true;
    this.#finish();
  }

  #finish(): void {
    this.#timer.clear();
    this.#stopListening();
    const broken = this.#source?.broken;
    if (broken !== undefined) this.exchange.delivery.breakOff(broken.code);
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
    const { reportedAttempt, delivery } = this.exchange;
    if (reportedAttempt !== undefined) return reportedAttempt.route.timeouts.writeMs;
    // What no attempt has made has the limit of backends that set none of their own.
    return delivery.isServed ? this.context.snapshot.timeouts.writeMs : Infinity;
  }
}

const encoder = new TextEncoder();

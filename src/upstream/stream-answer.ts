import { brokenAnswer, type BrokenDetail } from '../core/broken-answer.ts';
import { transportFailure, type Failure, type FailureKind } from '../core/failure.ts';
import type { BodyChunk, UpstreamAnswer, UpstreamBody } from '../core/upstream-answer.ts';
import { TooComplex } from '../core/work.ts';
import type { GatewayError } from '../protocols/protocol.ts';
import { MalformedAnswer } from '../protocols/codec.ts';
import { AnswerIds } from './answer-ids.ts';
import { brokenEndFailure } from './broken-end.ts';
import { hasRoomFor, letGoOfBytes, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import { interruption } from '../translation/interruption.ts';
import { streamType } from '../translation/framing.ts';
import { lingerOn, Patience } from './patience.ts';
import type { Attempt } from '../core/attempt.ts';
import type { AttemptRun } from './settle.ts';
import { begun, classify, fail, rememberKept, succeed } from './settle.ts';
import { StreamInspector } from './stream-inspector.ts';
import { StreamRewrite } from './stream-rewrite.ts';
import { translateError } from '../translation/translate-error.ts';
import { transportFailureOf } from './transport-failure.ts';

/** How much may wait for the first content. */
const MAX_HELD_EVENTS = 64;
const MAX_HELD_BYTES = 256 * 1024;
/** A stream whose first content is here. Every event of it is looked at once, on its way through. */
export class StreamAnswer {
  readonly type = 'stream';
  readonly status: number;
  readonly headers: Headers;
  readonly #events: StreamInspector;
  readonly #rewrite: StreamRewrite | undefined;
  readonly #body: UpstreamBody;
  /** What came up to the commit point; undefined once the client has it. */
  #held: Uint8Array[] | undefined;
  /** Whether the client has all of it, the end included, though it has left. */
  isWhole = false;
  /** The code of the error in which it has ended, if it has. */
  brokenBy: string | undefined;
  #ended = false;
  /** The bytes of an event that is not whole, where they are counted. */
  #pendingHeld = 0;
  readonly #patience = new Patience();

  private constructor(
    response: UpstreamAnswer,
    private readonly run: AttemptRun,
  ) {
    this.status = response.status;
    this.headers = response.headers;
    if (run.client.stream.framing !== undefined) this.headers.set('content-type', streamType(run.client));
    this.#rewrite = StreamRewrite.for(run);
    this.#events = new StreamInspector(run.protocol, run.attempt, this.#rewrite, {
      limits: run.context.snapshot.work,
      ids: AnswerIds.for(run),
      isExtra: run.hidesUsage ? run.protocol.stream.usageRequest?.isExtra : undefined,
    });
    this.#body = response.body;
  }

  /** Where it comes from. */
  get attempt(): Attempt {
    return this.run.attempt;
  }

  /** Reads up to the commit point: the first event of a good answer. Until then a failure can be routed around. */
  static async open(response: UpstreamAnswer, run: AttemptRun): Promise<StreamAnswer | Failure> {
    const answer = new StreamAnswer(response, run);
    const held: Uint8Array[] = [];
    let failure: Failure | undefined;
    try {
      failure = await answer.#prime(held);
    } catch (error) {
      answer.#dropBody();
      throw error;
    }
    if (failure !== undefined) {
      answer.#dropBody();
      return failure;
    }
    if (held.length > 0) answer.#held = held;
    run.attempt.watch.committed();
    begun(run);
    // Nothing is tried again from here on; a long stream must not keep a long prompt in memory.
    if (run.exchange.delivery.captured === undefined) {
      run.exchange.body = undefined;
      letGoOfBytes(run.exchange, run.context);
      letGoOfBytes(run.attempt, run.context);
      answer.#pendingHeld = 0;
    }
    run.exchange.conversation = undefined;
    rememberKept(run);
    run.translation = undefined;
    return answer;
  }

  /**
   * The next bytes for the client, whole events always; undefined at the end. A stream that cannot be completed ends in
   * an error event and lacks its dialect's end, so that it never looks whole.
   */
  next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    if (this.#held !== undefined) return Promise.resolve(this.#takeHeld());
    if (this.#events.isOver) return Promise.resolve().then(() => this.#atEnd());
    // One step for each chunk: no frame of an async function lives between them, in any of thousands of streams.
    return this.#read().then(this.#onChunk, this.#onBroken);
  }

  readonly #onChunk = (chunk: BodyChunk): Uint8Array | undefined | Promise<Uint8Array | undefined> => {
    // The client may have left while the bytes were waited for.
    if (this.#ended) return undefined;
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#inspected(chunk);
    } catch (error) {
      return this.#onBroken(error);
    }
    if (bytes === undefined) return this.#atEnd();
    return bytes.byteLength > 0 ? bytes : this.next();
  };

  readonly #onBroken = (error: unknown): Uint8Array | undefined =>
    this.#ended ? undefined : this.#breakOff(transportFailureOf(error, this.run.attempt));

  /** To be called when nobody wants the rest. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#noteUsage();
    this.run.attempt.watch.ends();
    this.#dropBody();
    const { kind, limit } = this.run.attempt.aborted ?? { kind: 'client_gone', limit: undefined };
    if (kind === 'client_gone' && this.#held === undefined && this.#events.isDelivered) {
      // Whoever has all of an answer may go.
      this.isWhole = true;
      succeed(this.run, this.status);
      return;
    }
    fail(this.run, transportFailure(kind, limit));
  }

  #takeHeld(): Uint8Array | undefined {
    const first = this.#held?.shift();
    if (this.#held?.length === 0) this.#held = undefined;
    return first;
  }

  async #prime(held: Uint8Array[]): Promise<Failure | undefined> {
    let heldBytes = 0;
    for (;;) {
      const bytes = this.#events.isOver ? undefined : this.#inspected(await this.#read());
      if (bytes !== undefined && bytes.byteLength > 0) {
        held.push(bytes);
        heldBytes += bytes.byteLength;
      }
      if (this.#events.state === 'error' && !this.#events.hasContent) {
        this.#noteUsage();
        return this.#failureOf(held);
      }
      if (this.#events.isEmpty && this.run.exchange.endpoint?.operation === 'generate')
        return brokenAnswer('no_answer');
      if (bytes === undefined) return this.#events.isComplete ? undefined : this.#endsEarly('stream_without_content');
      if (this.#events.state !== 'waiting' || this.#holdsEnough(heldBytes)) return undefined;
    }
  }

  #holdsEnough(heldBytes: number): boolean {
    return this.#events.seen >= MAX_HELD_EVENTS || heldBytes + this.#events.pendingBytes >= MAX_HELD_BYTES;
  }

  #read(): Promise<BodyChunk> {
    const { attempt, context } = this.run;
    attempt.watch.waits(this.#events.hasEnded ? this.#patience.begins(context.clock.now()) : undefined);
    return this.#body.read();
  }

  /** Looks at the whole events that a chunk completes. Undefined at the end of the transfer. */
  #inspected({ done, value }: BodyChunk): Uint8Array | undefined {
    this.run.attempt.watch.gotBytes();
    if (done) return this.#events.last();
    const { seen, hasEnded } = this.#events;
    const bytes = this.#events.push(value);
    if (hasEnded) this.#patience.ends(this.run.context.clock.now(), this.#events.seen > seen);
    const pending = this.#events.pendingBytes;
    if (pending > UNCOUNTED_BYTES || this.#pendingHeld > 0) this.#holdPending(pending);
    return bytes;
  }

  /** What is here of an event that is not whole counts for the memory that all have. */
  #holdPending(bytes: number): void {
    const { attempt, context } = this.run;
    const more = bytes - this.#pendingHeld;
    if (more > 0 && !hasRoomFor(more, attempt, context)) throw new NoRoom();
    if (more < 0) letGoOfBytes(attempt, context, -more);
    this.#pendingHeld = bytes;
  }

  /** The transfer is over, or the stream has said that it is. */
  #atEnd(): Uint8Array | undefined {
    this.#noteUsage();
    if (this.#events.state === 'error') return this.#afterError();
    if (!this.#events.isComplete) return this.#breakOff(this.#endsEarly('stream_ended_early'));
    return this.#complete();
  }

  /** Ends a stream that is whole; properly, even if the upstream forgot to. */
  #complete(): Uint8Array | undefined {
    let last: string | undefined;
    try {
      last = this.#events.state === 'complete' ? undefined : this.run.protocol.stream.end;
      if (this.#rewrite !== undefined) last = this.#rewrite.end();
    } catch (error) {
      // What was kept for the end may be too much, too.
      if (error instanceof TooComplex || error instanceof MalformedAnswer)
        return this.#interrupt(transportFailureOf(error, this.run.attempt));
      this.#settleWhole();
      throw error;
    }
    this.#settleWhole();
    return last === undefined ? undefined : encoder.encode(last);
  }

  #settleWhole(): void {
    this.#ended = true;
    this.run.attempt.watch.ends();
    succeed(this.run, this.status);
    void lingerOn(this.#body, this.run.context.clock);
  }

  /** The upstream's own error event has gone out as it was, if the client knows it for one. */
  #afterError(): Uint8Array | undefined {
    const failure = this.#failureOf([]);
    if (this.#events.error === undefined) return this.#interrupt(failure);
    this.#ended = true;
    this.#dropBody();
    fail(this.run, failure);
    this.#interrupted(failure.detail ?? failure.kind);
    const { client, exchange } = this.run;
    if (this.#rewrite?.isSameDialect === false) {
      const error =
        failure.kind === 'refused'
          ? interruption(failure.kind, 'provider_refused', exchange.traceId)
          : translateError(failure, client, exchange.traceId);
      return this.#lastWords(error);
    }
    if (!this.#events.isForeignError) return undefined;
    const event = client.errors.asEvent(this.#events.error);
    return event === undefined
      ? this.#lastWords(interruption(failure.kind, 'stream_interrupted', exchange.traceId))
      : encoder.encode(this.#rewrite?.errorEvent(event) ?? event);
  }

  /** Ends a stream that cannot be completed. One that was complete but for its last words is finished properly. */
  #breakOff(failure: Failure): Uint8Array | undefined {
    this.#noteUsage();
    const { kind } = failure;
    if (this.#events.isComplete && kind !== 'client_gone' && kind !== 'write_timeout') return this.#complete();
    return this.#interrupt((kind === 'read_timeout' ? this.#brokenEnd() : undefined) ?? failure);
  }

  /** The transfer has ended, and its stream has not. */
  #endsEarly(detail: BrokenDetail): Failure {
    return this.#brokenEnd() ?? brokenAnswer(detail);
  }

  #interrupt(failure: Failure): Uint8Array {
    this.#ended = true;
    this.#dropBody();
    fail(this.run, failure);
    // What the gateway did itself has a name; whatever else befell the backend is in the tries.
    const code = OWN_DOING.has(failure.kind) ? failure.kind : 'stream_interrupted';
    this.#interrupted(code);
    return this.#lastWords(interruption(failure.kind, code, this.run.exchange.traceId));
  }

  #lastWords(error: GatewayError): Uint8Array {
    return encoder.encode(this.#rewrite?.error(error) ?? this.#events.errorEvent(error));
  }

  /** However the stream ends: what was told of its tokens so far is counted. */
  #noteUsage(): void {
    const { attempt } = this.run;
    attempt.usage = this.#events.usage ?? attempt.usage;
  }

  #interrupted(code: string): void {
    this.brokenBy = code;
  }

  /** What the stream's own words for its end amount to, if they say that it is not whole. */
  #brokenEnd(): Failure | undefined {
    const { broken } = this.#events;
    return broken === undefined ? undefined : brokenEndFailure(broken, this.headers, this.run);
  }

  /** What the stream's own error amounts to. */
  #failureOf(events: readonly Uint8Array[]): Failure {
    const broken = this.#brokenEnd();
    if (broken !== undefined) return broken;
    const body = new Uint8Array(Buffer.concat(events));
    return classify({ status: this.status, headers: this.headers, body }, this.#events.error, this.run);
  }

  #dropBody(): void {
    this.#body.cancel();
  }
}

const OWN_DOING: ReadonlySet<FailureKind> = new Set(['total_timeout', 'read_timeout', 'shutting_down']);
const encoder = new TextEncoder();

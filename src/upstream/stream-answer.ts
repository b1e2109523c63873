import { brokenAnswer, type BrokenDetail } from '../core/broken-answer.ts';
import type { BrokenStream, StreamForm } from '../core/broken-stream.ts';
import { transportFailure, type Failure, type FailureKind } from '../core/failure.ts';
import type { StreamSource } from '../core/outcome.ts';
import type { BodyChunk, UpstreamAnswer } from '../core/upstream-answer.ts';
import { TooComplex } from '../core/work.ts';
import { MalformedAnswer } from '../protocols/codec.ts';
import { AnswerIds } from './answer-ids.ts';
import { brokenEndFailure } from './broken-end.ts';
import { releaseBytes } from '../core/buffered-bytes.ts';
import { streamType } from '../translation/framing.ts';
import { CommitPoint } from './commit-point.ts';
import type { Attempt } from '../core/attempt.ts';
import { noteStream } from './note-usage.ts';
import type { AttemptContext } from './settle.ts';
import { heard, classify, fail, rememberKept, succeed } from './settle.ts';
import { StreamFeed } from './stream-feed.ts';
import { StreamInspector } from './stream-inspector.ts';
import { StreamRewrite } from './stream-rewrite.ts';
import { transportFailureOf } from './transport-failure.ts';

/** A stream whose commit point is reached. Every event of it is looked at once, on its way through. */
export class StreamAnswer implements StreamSource {
  readonly type = 'stream';
  readonly status: number;
  readonly headers: Headers;
  readonly #events: StreamInspector;
  readonly #rewrite: StreamRewrite | undefined;
  readonly #feed: StreamFeed;
  /** What came up to the commit point; undefined once the client has it. */
  #held: CommitPoint | undefined;
  /** Whether the client has all of it, the end included, though it has left. */
  isWhole = false;
  /** How it has broken off, if it has. */
  broken: BrokenStream | undefined;
  #ended = false;
  #hasBegun = false;

  private constructor(
    response: UpstreamAnswer,
    private readonly ongoing: AttemptContext,
  ) {
    this.status = response.status;
    this.headers = response.headers;
    if (ongoing.client.stream.framing !== undefined) this.headers.set('content-type', streamType(ongoing.client));
    this.#rewrite = StreamRewrite.for(ongoing);
    this.#events = new StreamInspector(ongoing.protocol, ongoing.attempt, this.#rewrite, {
      limits: ongoing.context.snapshot.work,
      ids: AnswerIds.for(ongoing),
      hidden: ongoing.hidesUsage ? ongoing.protocol.stream.usageRequest : undefined,
    });
    this.#feed = new StreamFeed(response.body, this.#events, ongoing);
  }

  /** Where it comes from. */
  get attempt(): Attempt {
    return this.ongoing.attempt;
  }

  /** Reads up to the commit point. Until then a failure can be routed around. */
  static async open(response: UpstreamAnswer, ongoing: AttemptContext): Promise<StreamAnswer | Failure> {
    const answer = new StreamAnswer(response, ongoing);
    const point = new CommitPoint(ongoing);
    const failure = await answer.#upTo(point);
    if (failure !== undefined) return failure;
    ongoing.attempt.race?.won(ongoing.attempt);
    if (!answer.#hasBegun) answer.#begins();
    answer.#events.commit();
    if (point.held.length > 0) answer.#held = point;
    // Nothing is tried again from here on; a long stream must not keep a long prompt in memory.
    if (!ongoing.exchange.delivery.readsRequest) {
      releaseBytes(ongoing.exchange, ongoing.context);
      releaseBytes(ongoing.attempt, ongoing.context, ongoing.attempt.bufferedBytes - point.countedBytes);
      answer.#feed.countsAnew();
    }
    const { promptTokens = 0 } = answer.#events.usage ?? {};
    ongoing.exchange.forgetBody(promptTokens > 0 && ongoing.exchange.attempts.all.length === 1);
    rememberKept(ongoing);
    ongoing.translation = undefined;
    return answer;
  }

  /**
   * The next bytes for the client, whole events always; undefined at the end. A stream that cannot be completed is
   * `broken` then, and lacks its dialect's end, so that it never looks whole.
   */
  next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    if (this.#held !== undefined) return Promise.resolve(this.#takeHeld());
    if (this.#events.isOver) return Promise.resolve().then(() => this.#atEnd());
    // One step for each chunk: no frame of an async function lives between them, in any of thousands of streams.
    return this.#feed.read().then(this.#onChunk, this.#onBroken);
  }

  readonly #onChunk = (chunk: BodyChunk): Uint8Array | undefined | Promise<Uint8Array | undefined> => {
    // The client may have left while the bytes were waited for.
    if (this.#ended) return undefined;
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#feed.inspected(chunk);
    } catch (error) {
      return this.#onBroken(error);
    }
    if (bytes === undefined) return this.#atEnd();
    return bytes.byteLength > 0 ? bytes : this.next();
  };

  readonly #onBroken = (error: unknown): Uint8Array | undefined =>
    this.#ended ? undefined : this.#breakOff(transportFailureOf(error, this.ongoing.attempt));

  /** To be called when nobody wants the rest. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#noteUsage();
    this.ongoing.attempt.watch.ends();
    this.#feed.cancel();
    const { kind, limit } = this.ongoing.attempt.aborted ?? { kind: 'client_gone', limit: undefined };
    if (kind === 'client_gone' && this.#held === undefined && this.#events.isDelivered) {
      // Whoever has all of an answer may go.
      this.isWhole = true;
      succeed(this.ongoing, this.status);
      return;
    }
    fail(this.ongoing, transportFailure(kind, limit));
  }

  #takeHeld(): Uint8Array | undefined {
    const next = this.#held?.take();
    if (this.#held?.held.length === 0) this.#held = undefined;
    return next;
  }

  /** Reads up to that point. A failure that comes before it ends the stream. */
  async #upTo(point: CommitPoint): Promise<Failure | undefined> {
    let isReached = false;
    try {
      const failure = await this.#prime(point);
      isReached = failure === undefined;
      return failure;
    } catch (error) {
      const isSilent = point.isLate && this.ongoing.attempt.aborted?.kind === 'read_timeout';
      const broken = isSilent ? this.#brokenEnd() : undefined;
      if (broken === undefined) throw error;
      return broken;
    } finally {
      point.ends();
      if (!isReached) this.#feed.cancel();
      // Count the tokens of failed streams, too.
      if (!isReached) this.#noteUsage();
    }
  }

  async #prime(point: CommitPoint): Promise<Failure | undefined> {
    this.#events.blocks = point.blocks;
    for (;;) {
      const reading = this.#events.isOver ? undefined : this.#feed.read();
      const chunk = reading === undefined ? undefined : await point.chunkOrTimeout(reading);
      if (reading !== undefined && chunk === undefined) {
        this.#feed.readsLater(reading);
        return undefined;
      }
      const bytes = chunk === undefined ? undefined : this.#feed.inspected(chunk);
      if (bytes !== undefined) point.hold(bytes);
      if (this.#events.state === 'error' && (point.isLate || !this.#events.hasContent)) {
        this.#noteUsage();
        return this.#failureOf(point.held);
      }
      if (this.#events.isEmpty && this.ongoing.exchange.endpoint?.operation === 'generate')
        return brokenAnswer('no_answer');
      if (bytes === undefined)
        return this.#events.isComplete
          ? undefined
          : this.#endsEarly(point.isLate && this.#events.hasContent ? 'stream_ended_early' : 'stream_without_content');
      if (point.isReached(this.#events)) return undefined;
      if (this.#events.hasContent && !this.#hasBegun) this.#begins();
    }
  }

  /** The first content is here. From here on it is the backend's silence that counts, whether or not the client hears of it yet. */
  #begins(): void {
    this.#hasBegun = true;
    this.ongoing.attempt.watch.committed();
    heard(this.ongoing);
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
      last = this.#events.state === 'complete' ? undefined : this.ongoing.protocol.stream.end;
      if (this.#rewrite !== undefined) last = this.#rewrite.end();
    } catch (error) {
      // What was kept for the end may be too much, too.
      if (error instanceof TooComplex || error instanceof MalformedAnswer)
        return this.#interrupt(transportFailureOf(error, this.ongoing.attempt));
      this.#settleWhole();
      throw error;
    }
    this.#settleWhole();
    return last === undefined ? undefined : encoder.encode(last);
  }

  #settleWhole(): void {
    this.#ended = true;
    this.ongoing.attempt.watch.ends();
    succeed(this.ongoing, this.status);
    this.#feed.linger();
  }

  /** The upstream has sent an error of its own, or what amounts to one. */
  #afterError(): undefined {
    const failure = this.#failureOf([]);
    const { error, ownError, isForeignError } = this.#events;
    if (error === undefined) return this.#interrupt(failure);
    const code = failure.detail ?? failure.kind;
    if (this.#rewrite?.isSameDialect === false) return this.#breaks({ failure, code, sent: { type: 'translated' } });
    return this.#breaks({
      failure,
      code,
      sent: isForeignError ? { type: 'foreign', error } : { type: 'own', event: ownError },
    });
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

  #interrupt(failure: Failure): undefined {
    // What the gateway did itself has a name; other failures are in the attempts.
    const refusal = failure.kind === 'over_budget' ? this.ongoing.attempt.refusal : undefined;
    const code = refusal?.code ?? (OWN_DOING.has(failure.kind) ? failure.kind : 'stream_interrupted');
    return this.#breaks({ failure, code, sent: undefined, refusal });
  }

  #breaks(broken: Omit<BrokenStream, 'form'>): undefined {
    this.#ended = true;
    this.#feed.cancel();
    fail(this.ongoing, broken.failure);
    const form: StreamForm = {
      error: (error) => this.#rewrite?.error(error) ?? this.#events.errorEvent(error),
      event: (event) => this.#rewrite?.errorEvent(event) ?? event,
    };
    this.broken = { ...broken, form };
  }

  /** However the stream ends: what was told of its tokens so far is counted. */
  #noteUsage(): void {
    noteStream(this.ongoing, this.#events);
  }

  /** What the stream's own words for its end amount to, if they say that it is not whole. */
  #brokenEnd(): Failure | undefined {
    const { broken } = this.#events;
    return broken === undefined ? undefined : brokenEndFailure(broken, this.headers, this.ongoing);
  }

  /** What the stream's own error amounts to. */
  #failureOf(events: readonly Uint8Array[]): Failure {
    const broken = this.#brokenEnd();
    if (broken !== undefined) return broken;
    const body = new Uint8Array(Buffer.concat(events));
    return classify({ status: this.status, headers: this.headers, body }, this.#events.error, this.ongoing);
  }
}

const OWN_DOING: ReadonlySet<FailureKind> = new Set(['total_timeout', 'read_timeout', 'shutting_down']);
const encoder = new TextEncoder();

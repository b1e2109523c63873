import type { ConnectionListener, UpstreamRequest } from '../../core/route.ts';
import type { Cancellation, CancellationListener } from '../../lib/cancellation.ts';
import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import { AnswerBody } from './answer-body.ts';
import type { BodySource } from './answer-body.ts';
import type { HttpHead } from './http-head.ts';
import { AnswerReader } from './answer-reader.ts';
import type { AnswerSink } from './answer-reader.ts';
import { decoded } from './decode.ts';
import type { RequestBytes } from './request-bytes.ts';

/** The connection, as a request sees it. */
export interface Line {
  pause(): void;
  resume(): void;
  /** Closes it, whatever is under way. */
  hangUp(): void;
}

/** One request and its answer, from the wish to send it to the last byte that is read. */
export class Call implements AnswerSink, BodySource, CancellationListener {
  /** The answer, once its head is here. Rejects with the cancellation's reason, or with what went wrong. */
  readonly answer: Promise<UpstreamAnswer>;
  readonly reader: AnswerReader;
  readonly connection: ConnectionListener | undefined;
  readonly #cancellation: Cancellation;
  readonly #resolve: (answer: UpstreamAnswer) => void;
  readonly #reject: (error: Error) => void;
  /** Until it is sent: a long answer must not keep a long prompt in memory. */
  #request: RequestBytes | undefined;
  #body: AnswerBody | undefined;
  #line: Line | undefined;
  #isOver = false;

  constructor({ method, cancellation, connection }: UpstreamRequest, request: RequestBytes) {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.reader = new AnswerReader(this, method);
    this.#cancellation = cancellation;
    this.connection = connection;
    this.#request = request;
    cancellation.listen(this);
  }

  /** It is on this line from now on. */
  goesBy(line: Line): void {
    this.#line = line;
  }

  /** What is to be sent, once. */
  takeRequest(): RequestBytes {
    const request = this.#request;
    if (request === undefined) throw new Error('a request was to be sent twice');
    this.#request = undefined;
    return request;
  }

  onHead({ status, headers, framing }: HttpHead): void {
    const body = new AnswerBody(this);
    const answer = { status, headers, body };
    const readable = framing === 0 ? answer : decoded(answer);
    // From here on it is the body that is told of whatever happens.
    this.#body = body;
    this.#resolve(readable);
  }

  onContent(bytes: Uint8Array<ArrayBuffer>): void {
    this.#body?.push(bytes);
  }

  onEnd(): void {
    this.#body?.end();
  }

  /** The connection is of no use any more. What has come of the answer can still be read. */
  fail(error: Error): void {
    if (this.#isOver) return;
    if (this.#body !== undefined) {
      this.#body.fail(error);
      return;
    }
    this.#release();
    this.#reject(error);
  }

  onCancelled(reason: Error): void {
    if (this.#body === undefined) this.fail(reason);
    else this.#body.fail(reason, true);
    this.#release();
    if (!this.reader.isOver) this.#line?.hangUp();
  }

  pause(): void {
    if (!this.reader.isOver) this.#line?.pause();
  }

  resume(): void {
    if (!this.reader.isOver) this.#line?.resume();
  }

  released(): void {
    this.#release();
    if (!this.reader.isOver) this.#line?.hangUp();
  }

  #release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancellation.unlisten(this);
  }
}

import type { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import type { ScrubbedPieces } from '../core/scrubber.ts';
import type { HeldAnswer } from '../core/failure.ts';
import type { Answer, LongSource } from '../core/outcome.ts';
import type { UpstreamBody } from '../core/upstream-answer.ts';
import { findInTail, TAIL_BYTES } from '../lib/json-tail.ts';
import type { AttemptContext } from './settle.ts';
import { fail, succeed } from './settle.ts';
import { transportFailureOf } from './transport-failure.ts';

/** What the backend of an attempt answered, good or to be passed on as it is. */
export type AttemptAnswer = Answer & { readonly attempt: Attempt };

/** An answer too long to be held, or one of media: its bytes go out as they come. */
export class LongAnswer implements LongSource {
  readonly type = 'long';
  readonly isClean = true;
  readonly status: number;
  readonly headers: Headers;
  #ended = false;
  /** The last pieces, where they are JSON: there its usage stands. */
  readonly #tail: Uint8Array[] | undefined;
  #tailBytes = 0;
  /** Where its pieces end says nothing of where a secret ends. */
  readonly #scrubbed: ScrubbedPieces | undefined;

  constructor(
    /** `isScrubbed`: what comes of it holds no secrets any more. */
    {
      status,
      headers,
      isScrubbed = false,
    }: { readonly status: number; readonly headers: Headers; readonly isScrubbed?: boolean },
    /** What was read already. */
    private readonly pieces: Uint8Array[],
    private readonly body: UpstreamBody,
    private readonly ongoing: AttemptContext,
  ) {
    this.status = status;
    this.headers = headers;
    if (/json/i.test(headers.get('content-type') ?? '')) this.#tail = [];
    for (const piece of pieces) this.#remember(piece);
    if (!isScrubbed) this.#scrubbed = ongoing.context.snapshot.scrubber?.pieces();
  }

  /** Where it comes from. */
  get attempt(): Attempt {
    return this.ongoing.attempt;
  }

  /** The next bytes; undefined at the end. Rejects if the answer breaks off. */
  async next(): Promise<Uint8Array | undefined> {
    for (let piece = await this.#read(); piece !== undefined; piece = await this.#read()) {
      const bytes = this.#scrubbed === undefined ? piece : this.#scrubbed.push(piece);
      if (bytes.byteLength > 0) return bytes;
    }
    return this.#scrubbed?.end();
  }

  async #read(): Promise<Uint8Array | undefined> {
    const piece = this.pieces.shift();
    if (piece !== undefined || this.#ended) return piece;
    const { attempt } = this.ongoing;
    const { watch } = attempt;
    try {
      watch.waits();
      const { done, value } = await this.body.read();
      watch.gotBytes();
      if (!done) {
        this.#remember(value);
        return value;
      }
    } catch (error) {
      // Does nothing where the client has left meanwhile, for then the attempt is over.
      fail(this.ongoing, transportFailureOf(error, attempt));
      this.#ended = true;
      this.body.cancel();
      throw error;
    }
    this.#readUsage();
    this.#end();
    succeed(this.ongoing, this.status);
    return undefined;
  }

  async whole(mostBytes: number): Promise<unknown> {
    const decoder = new TextDecoder();
    let [text, bytes] = ['', 0];
    for (let piece = await this.next(); piece !== undefined; piece = await this.next()) {
      bytes += piece.byteLength;
      if (bytes > mostBytes) {
        this.cancel();
        return undefined;
      }
      text += decoder.decode(piece, { stream: true });
    }
    const json: unknown = JSON.parse(text + decoder.decode());
    if (this.#tellsUsage) this.ongoing.attempt.usage = this.ongoing.protocol.readUsage(json);
    return json;
  }

  /** To be called when nobody wants the rest. */
  cancel(): void {
    if (this.#ended) return;
    this.#end();
    this.ongoing.attempt.end({ status: this.status });
    this.body.cancel();
  }

  #end(): void {
    this.#ended = true;
    this.ongoing.attempt.watch.ends();
  }

  #remember(piece: Uint8Array): void {
    const tail = this.#tail;
    if (tail === undefined) return;
    tail.push(piece);
    this.#tailBytes += piece.byteLength;
    for (
      let first = tail[0];
      first !== undefined && this.#tailBytes - first.byteLength >= TAIL_BYTES;
      first = tail[0]
    ) {
      this.#tailBytes -= first.byteLength;
      tail.shift();
    }
  }

  #readUsage(): void {
    if (this.#tail === undefined || !this.#tellsUsage) return;
    const tail = Buffer.concat(this.#tail).subarray(-TAIL_BYTES).toString('utf8');
    const { attempt, protocol } = this.ongoing;
    attempt.usage = findInTail(tail, (members) => protocol.readUsage(members));
    attempt.isCounted = attempt.usage !== undefined;
  }

  /** What is passed through may tell of what was paid for before. */
  get #tellsUsage(): boolean {
    return this.ongoing.exchange.endpoint?.through === undefined;
  }
}

/** More than this, sent to a client that takes nothing, may stay in memory for as long as the client likes. */
export const SLICE_BYTES = 64 * 1024;

/** A whole answer that goes out slice by slice, as the client takes it. */
export class SlicedAnswer {
  readonly type = 'sliced';
  /** The whole of it was, before it was sliced. */
  readonly isClean = true;
  readonly status: number;
  readonly headers: Headers;
  readonly #body: Uint8Array;
  #at = 0;

  constructor(
    { status, headers, body }: HeldAnswer,
    private readonly exchange: Exchange,
  ) {
    this.status = status;
    this.headers = headers;
    this.#body = body;
  }

  /** The next bytes; undefined at the end. Rejects if the exchange has been ended from outside. */
  next(): Promise<Uint8Array | undefined> {
    const { aborted } = this.exchange;
    if (aborted !== undefined) return Promise.reject(aborted);
    if (this.#at >= this.#body.byteLength) return Promise.resolve(undefined);
    const slice = this.#body.subarray(this.#at, this.#at + SLICE_BYTES);
    this.#at += slice.byteLength;
    return Promise.resolve(slice);
  }

  cancel(): void {
    this.#at = this.#body.byteLength;
  }
}

import type { HttpHead } from './http-head.ts';
import { readHead } from './http-head.ts';
import { ChunkedReader } from './chunked.ts';
import { cutOut } from './cut-out.ts';
import { ConnectionError, MalformedAnswer } from './errors.ts';

/** Who is told of an answer as it comes. */
export interface AnswerSink {
  onHead(head: HttpHead): void;
  onContent(bytes: Uint8Array<ArrayBuffer>): void;
  /** The answer is whole. */
  onEnd(): void;
}

const MAX_HEAD_BYTES = 64 * 1024;
/** Answers such as `103 Early Hints`, before the one that counts. */
const MAX_INTERIM_ANSWERS = 16;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Reads one answer, head and body, from bytes in any pieces. It may use the pieces up: nobody else may read them. */
export class AnswerReader {
  #head: HttpHead | undefined;
  /** The beginning of a head that has not come whole. */
  #held: Buffer | undefined;
  #heldBytes = 0;
  #interim = 0;
  #chunks: ChunkedReader | undefined;
  /** What is left of a body whose length is known. */
  #left = 0;
  #isOver = false;

  constructor(
    private readonly sink: AnswerSink,
    private readonly method: string,
  ) {}

  /** The last byte of the answer has come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Something of the answer has come. */
  get hasBegun(): boolean {
    return this.#head !== undefined || this.#heldBytes > 0 || this.#interim > 0;
  }

  /** After the answer's end, the connection is as it was before the request. */
  get keepsAlive(): boolean {
    return this.#isOver && this.#head?.keepsAlive === true;
  }

  /** Takes what came; returns behind the last byte that belongs to the answer. Throws a MalformedAnswer. */
  push(bytes: Buffer<ArrayBuffer>): number {
    let [at, piece] = [0, bytes];
    let before = 0;
    while (this.#head === undefined) {
      const { head, end, joined } = this.#takeHead(piece, at);
      if (head === undefined) return bytes.byteLength;
      if (joined !== undefined) {
        before = joined.byteLength - piece.byteLength;
        piece = joined;
      }
      at = end;
      if (head.status < 200) this.#skipInterim(head);
      else this.#begin(head);
    }
    return this.#takeBody(piece, at) - before;
  }

  /** The server sends nothing more. Throws if the answer is not whole. */
  close(): void {
    if (this.#isOver) return;
    if (this.#head?.framing !== 'until_close')
      throw new ConnectionError('ECONNRESET', 'the connection was closed before the answer was whole', this.hasBegun);
    this.#end();
  }

  #skipInterim({ status, keepsAlive }: HttpHead): void {
    if (status === 101) throw new MalformedAnswer('http_upgrade', 'a change of protocol that nobody asked for');
    if (!keepsAlive) throw new MalformedAnswer('http_interim', 'a 1xx answer that closes the connection');
    if (++this.#interim > MAX_INTERIM_ANSWERS) throw new MalformedAnswer('http_interim', 'too many 1xx answers');
  }

  #begin(head: HttpHead): void {
    this.#head = head;
    if (head.framing === 'chunked') this.#chunks = new ChunkedReader();
    else if (head.framing !== 'until_close') this.#left = head.framing;
    this.sink.onHead(head);
  }

  #takeBody(bytes: Buffer<ArrayBuffer>, at: number): number {
    if (this.#isOver) return at;
    if (this.#chunks !== undefined) return this.#takeChunks(this.#chunks, bytes, at);
    const isCounted = this.#head?.framing !== 'until_close';
    const end = isCounted ? Math.min(bytes.byteLength, at + this.#left) : bytes.byteLength;
    if (end > at) this.sink.onContent(cutOut(bytes, at, end));
    if (!isCounted) return end;
    this.#left -= end - at;
    if (this.#left === 0) this.#end();
    return end;
  }

  #takeChunks(chunks: ChunkedReader, bytes: Buffer<ArrayBuffer>, at: number): number {
    let end: number;
    try {
      end = chunks.push(bytes, at);
    } finally {
      // What came before the damage is good.
      const content = chunks.content(bytes);
      if (content !== undefined) this.sink.onContent(content);
    }
    if (chunks.isOver) this.#end();
    return end;
  }

  #end(): void {
    this.#isOver = true;
    this.sink.onEnd();
  }

  /** The head, if the bytes from `at` complete one; `joined` are the bytes in which `end` counts, where some came earlier. */
  #takeHead(bytes: Buffer<ArrayBuffer>, at: number): TakenHead {
    let [whole, from, searchFrom] = [bytes, at, at];
    let joined: Buffer<ArrayBuffer> | undefined;
    if (this.#held !== undefined) {
      searchFrom = Math.max(0, this.#heldBytes - END_OF_HEAD.byteLength + 1);
      this.#hold(bytes, at);
      whole = joined = this.#held.subarray(0, this.#heldBytes) as Buffer<ArrayBuffer>;
      from = 0;
    }
    const end = whole.indexOf(END_OF_HEAD, searchFrom);
    const headBytes = (end === -1 ? whole.byteLength : end) - from;
    if (headBytes > MAX_HEAD_BYTES)
      throw new MalformedAnswer('http_header_size', 'the head of the answer is over 64 KiB');
    if (end === -1) {
      if (this.#held === undefined && whole.byteLength > from) this.#hold(bytes, at);
      return NO_HEAD;
    }
    this.#held = undefined;
    this.#heldBytes = 0;
    return {
      head: readHead(whole.toString('latin1', from, end), this.method),
      end: end + END_OF_HEAD.byteLength,
      joined,
    };
  }

  /** Grows by doubling, so that a head that comes byte by byte costs no more than its length. */
  #hold(bytes: Buffer<ArrayBuffer>, at: number): void {
    const needed = this.#heldBytes + bytes.byteLength - at;
    if (this.#held === undefined || this.#held.byteLength < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1024, needed, 2 * this.#heldBytes));
      this.#held?.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldBytes, at);
    this.#heldBytes = needed;
  }
}

interface TakenHead {
  readonly head: HttpHead | undefined;
  readonly end: number;
  readonly joined: Buffer<ArrayBuffer> | undefined;
}

const NO_HEAD: TakenHead = { head: undefined, end: 0, joined: undefined };

import type { BodyChunk, UpstreamBody } from '../../core/upstream-answer.ts';

/** What a body needs of the connection that it comes over. */
export interface BodySource {
  /** Nothing more is read from the network until `resume`. */
  pause(): void;
  resume(): void;
  /** The body is read, or given up: nobody asks for anything more. */
  released(): void;
}

/** So much may wait for its reader; then the server has to wait too. */
const MOST_WAITING_BYTES = 64 * 1024;
/** What a piece costs besides its bytes: a server may send them one by one. */
const PIECE_BYTES = 128;
const DONE: BodyChunk = { done: true };

/** A body between the network and its reader: what came and was not read yet, then how it ended. */
export class AnswerBody implements UpstreamBody {
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #isWhole = false;
  #wasRead = false;
  #error: Error | undefined;
  #isReleased = false;
  #reader: { resolve(chunk: BodyChunk): void; reject(error: Error): void } | undefined;

  constructor(private readonly source: BodySource) {}

  push(bytes: Uint8Array<ArrayBuffer>): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: bytes });
      return;
    }
    if (this.#isReleased) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength + PIECE_BYTES;
    if (this.#waitingBytes < MOST_WAITING_BYTES || this.#isPaused) return;
    this.#isPaused = true;
    this.source.pause();
  }

  /** Everything has come. */
  end(): void {
    this.#isWhole = true;
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    this.#release();
    reader.resolve(DONE);
  }

  /** Nothing more will come. `atOnce`: what is here is not to be read any more either. */
  fail(error: Error, atOnce = false): void {
    if (this.#isReleased) return;
    if (!this.#isWhole || atOnce) this.#error ??= error;
    if (atOnce) this.#drop();
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    this.#release();
    reader.reject(error);
  }

  read(): Promise<BodyChunk> {
    this.#wasRead = true;
    const value = this.#waiting.shift();
    if (value !== undefined) {
      this.#waitingBytes -= value.byteLength + PIECE_BYTES;
      if (this.#isPaused && this.#waitingBytes < MOST_WAITING_BYTES) {
        this.#isPaused = false;
        this.source.resume();
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#error !== undefined) {
      this.#release();
      return Promise.reject(this.#error);
    }
    if (this.#isWhole || this.#isReleased) {
      this.#release();
      return Promise.resolve(DONE);
    }
    const { promise, resolve, reject } = Promise.withResolvers<BodyChunk>();
    this.#reader = { resolve, reject };
    return promise;
  }

  takeWhole(): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#isWhole || this.#wasRead || this.#error !== undefined) return undefined;
    const [first = NOTHING] = this.#waiting;
    const whole = this.#waiting.length < 2 ? first : new Uint8Array(Buffer.concat(this.#waiting));
    this.#drop();
    this.#release();
    return whole;
  }

  cancel(): void {
    this.#drop();
    this.#release();
    this.#reader?.resolve(DONE);
    this.#reader = undefined;
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.source.released();
  }
}

const NOTHING = new Uint8Array(0);

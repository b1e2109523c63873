import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { Transform } from 'node:stream';
import type { BodyChunk, UpstreamBody } from '../../core/upstream-answer.ts';
import { MalformedAnswer } from './errors.ts';

/** The encodings that answers are decoded from, as `Content-Encoding` names them. */
export type Encoding = 'gzip' | 'x-gzip' | 'deflate' | 'br' | 'zstd';

/**
 * A body whose content encoding is undone as it is read. Bytes are decoded only when they are asked for, and a piece of
 * them at a time: however much a few bytes stand for, no more of it is in memory than the reader takes.
 */
export class DecodedBody implements UpstreamBody {
  #decoder: Transform | undefined;
  #error: Error | undefined;
  /** The encoded bytes are all in the decoder. */
  #isFed = false;
  #isOver = false;
  /** Called whenever the decoder has got somewhere. */
  #wake: (() => void) | undefined;
  /** The decoder has taken what it was given. */
  #isHungry = true;

  constructor(
    private readonly source: UpstreamBody,
    private readonly encoding: Encoding,
  ) {}

  async read(): Promise<BodyChunk> {
    for (;;) {
      const value = (this.#decoder?.read() ?? undefined) as Buffer<ArrayBuffer> | undefined;
      if (value !== undefined) return { done: false, value };
      if (this.#error !== undefined) throw this.#broken(this.#error);
      if (this.#isOver) return { done: true };
      if (this.#isHungry && !this.#isFed) await this.#feed();
      else await this.#progress();
    }
  }

  /** Never: how long it is turns out when it is decoded. */
  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.#isOver = true;
    this.#decoder?.destroy();
    this.#decoder = undefined;
    this.source.cancel();
    this.#wake?.();
  }

  /** Gives the decoder the next encoded bytes. Rejects if the connection broke: all that came before is decoded by then. */
  async #feed(): Promise<void> {
    const { done, value } = await this.source.read().catch((error: unknown) => {
      this.#decoder?.destroy();
      throw error;
    });
    if (this.#isOver) return;
    if (done) {
      this.#isFed = true;
      if (this.#decoder === undefined) this.#isOver = true;
      else this.#decoder.end();
      return;
    }
    if (value.byteLength === 0) return;
    this.#isHungry = false;
    this.#decoder ??= this.#start(value);
    this.#decoder.write(value, () => {
      this.#isHungry = true;
      this.#wake?.();
    });
  }

  #start(first: Uint8Array): Transform {
    const decoder = decoderFor(this.encoding, first);
    const wake = (): void => this.#wake?.();
    decoder.on('readable', wake);
    decoder.on('end', () => {
      this.#isOver = true;
      wake();
    });
    decoder.on('error', (error) => {
      this.#error = error;
      wake();
    });
    return decoder;
  }

  #progress(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = () => {
      this.#wake = undefined;
      resolve();
    };
    return promise;
  }

  #broken(error: Error): MalformedAnswer {
    this.source.cancel();
    return new MalformedAnswer('content_encoding_broken', `the answer is no ${this.encoding}: ${error.message}`);
  }
}

/** Much less than a decoder may ask for by itself; the usual encoders stay far below. */
const MAX_WINDOW_LOG = 27;

function decoderFor(encoding: Encoding, first: Uint8Array): Transform {
  switch (encoding) {
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG } });
    case 'deflate':
      // Some leave out the wrapper that the name stands for (RFC 9110, 8.4.1.2).
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      return createGunzip();
  }
}

import type { AttemptRun } from './settle.ts';
import { fail } from './settle.ts';
import type { StreamAnswer } from './stream-answer.ts';
import { transportFailureOf } from './transport.ts';

/** What an upstream answered, good or to be passed on as it is. */
export type Answer = PlainAnswer | LongAnswer | StreamAnswer;

/** An answer that is whole. */
export interface PlainAnswer {
  readonly type: 'plain';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The parsed body, where it is JSON. */
  readonly json: unknown;
}

/** What reads the body of an upstream's answer. */
export type BodyReader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** An answer too long to be held, or one of media: its bytes go out as they come. */
export class LongAnswer {
  readonly type = 'long';
  readonly status: number;
  readonly headers: Headers;
  #ended = false;

  constructor(
    { status, headers }: { readonly status: number; readonly headers: Headers },
    /** What was read already. */
    private readonly pieces: Uint8Array[],
    private readonly reader: BodyReader,
    private readonly run: AttemptRun,
  ) {
    this.status = status;
    this.headers = headers;
  }

  /** The next bytes; undefined at the end. Rejects if the answer breaks off. */
  async next(): Promise<Uint8Array | undefined> {
    const piece = this.pieces.shift();
    if (piece !== undefined || this.#ended) return piece;
    const { watch, attempt } = this.run;
    try {
      watch.waits();
      const { done, value } = await this.reader.read();
      watch.gotBytes();
      if (!done) return value;
    } catch (error) {
      // Does nothing where the client has left meanwhile, for then the attempt is over.
      fail(this.run, transportFailureOf(error, attempt));
      this.#ended = true;
      throw error;
    }
    this.#end();
    return undefined;
  }

  /** All of it after all, for those who can use nothing less; undefined, and it is given up, if it is more than `mostBytes`. Rejects if it breaks off. */
  async whole(mostBytes: number): Promise<string | undefined> {
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
    return text + decoder.decode();
  }

  /** To be called when nobody wants the rest. */
  cancel(): void {
    if (this.#ended) return;
    this.#end();
    this.reader.cancel().catch(() => undefined);
  }

  #end(): void {
    this.#ended = true;
    this.run.watch.ends();
    this.run.attempt.end({ status: this.status });
  }
}

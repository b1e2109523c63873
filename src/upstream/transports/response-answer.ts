import type { BodyChunk, UpstreamAnswer, UpstreamBody } from '../../core/upstream-answer.ts';

/** A `Response`, of `fetch` or made here, as what a backend answered. */
export function answerOf({ status, headers, body }: Response): UpstreamAnswer {
  return { status, headers, body: body === null ? NO_BODY : new StreamBody(body) };
}

class StreamBody implements UpstreamBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

  constructor(stream: ReadableStream) {
    this.#reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  }

  read(): Promise<BodyChunk> {
    return this.#reader.read();
  }

  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.#reader.cancel().catch(() => undefined);
  }
}

const NO_BODY: UpstreamBody = {
  read: () => Promise.resolve({ done: true }),
  takeWhole: () => new Uint8Array(0),
  cancel: () => undefined,
};

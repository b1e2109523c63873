/** Who is told of what becomes of an upload. */
export interface UploadingClient {
  /** So many bytes more have come. */
  sent(bytes: number): void;
  /** It broke off: the client has left. */
  left(): void;
}

/** The body of a request that is not held: its bytes go up as they come, no faster than the backend takes them. */
export class Upload {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #isOver = false;

  /** `length`: how many bytes it is said to have; undefined if it is not said. */
  constructor(
    body: ReadableStream,
    readonly length: number | undefined,
    private readonly client: UploadingClient,
  ) {
    this.#reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  }

  /** The next bytes; undefined at the end. Rejects if the client breaks off. One call at a time. */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const { done, value } = await this.#reader.read();
      this.#isOver = done;
      if (done) return undefined;
      this.client.sent(value.byteLength);
      return value;
    } catch (error) {
      this.#isOver = true;
      this.client.left();
      throw error;
    }
  }

  /** To be called when nobody wants the rest; fine at any time. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader.cancel().catch(() => undefined);
  }
}

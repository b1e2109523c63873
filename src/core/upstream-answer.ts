/** What a backend answers: its head, and its body as it is wanted. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: UpstreamBody;
}

/** The next bytes of a body, or that there are no more. */
export type BodyChunk =
  | { readonly done: false; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly done: true; readonly value?: undefined };

/** The body of an answer, its content encoding undone. Whoever has it reads it to its end or cancels it. */
export interface UpstreamBody {
  /** The next bytes. Rejects if the answer breaks off, once everything that came before is read. One call at a time. */
  read(): Promise<BodyChunk>;
  /** All of it, if all of it is here already and nothing was read yet; then nothing is left to be read. */
  takeWhole(): Uint8Array<ArrayBuffer> | undefined;
  /** To be called when nobody wants the rest; fine at any time. */
  cancel(): void;
}

import { hasRoomFor, releaseBytes, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import { ScrubbedDeltas } from '../core/scrubbed-deltas.ts';
import type { BodyChunk, UpstreamBody } from '../core/upstream-answer.ts';
import { UnreadableStream } from '../protocols/shared/stream/sse.ts';
import { editedAnswer, type AnswerEdits } from './seal-answer.ts';
import type { AttemptContext } from './settle.ts';

/** As in the streams of models. */
const MOST_EVENT_BYTES = 64 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** A stream of events that is passed through: whole events as they come, their ids sealed, without secrets. */
export class ThroughEvents implements UpstreamBody {
  readonly #scrubbed: ScrubbedDeltas | undefined;
  /** The beginning of an event that is not whole. */
  #begun: Uint8Array<ArrayBuffer>[] = [];
  #begunBytes = 0;
  #heldBytes = 0;
  /** The last byte that is no CR: an empty line ends an event. */
  #wasLineEnd = false;

  constructor(
    private readonly body: UpstreamBody,
    private readonly ongoing: AttemptContext,
    private readonly edits: AnswerEdits | undefined,
  ) {
    const { scrubber } = ongoing.context.snapshot;
    if (scrubber !== undefined) this.#scrubbed = new ScrubbedDeltas(scrubber, ongoing.protocol.stream.textFields);
  }

  async read(): Promise<BodyChunk> {
    for (;;) {
      const { done, value } = await this.body.read();
      if (done) return this.#begunBytes === 0 ? { done: true } : { done: false, value: this.#take() };
      const end = this.#endOfLast(value);
      this.#keep(value.subarray(0, end));
      const events = end === 0 ? undefined : this.#take();
      this.#keep(value.subarray(end));
      if (events !== undefined) return { done: false, value: events };
    }
  }

  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.body.cancel();
  }

  /** Behind the last event that ends in a piece; 0 if none does. */
  #endOfLast(piece: Uint8Array): number {
    let end = 0;
    for (let at = 0; at < piece.byteLength; at++) {
      const byte = piece[at];
      if (byte === CR) continue;
      if (byte === LF && this.#wasLineEnd) end = at + 1;
      this.#wasLineEnd = byte === LF;
    }
    return end;
  }

  #keep(piece: Uint8Array<ArrayBuffer>): void {
    if (piece.byteLength === 0) return;
    this.#begun.push(piece);
    this.#begunBytes += piece.byteLength;
    if (this.#begunBytes <= UNCOUNTED_BYTES) return;
    if (this.#begunBytes > MOST_EVENT_BYTES) throw new UnreadableStream('an event is too long');
    const { attempt, context } = this.ongoing;
    if (!hasRoomFor(piece.byteLength, attempt, context)) throw new NoRoom();
    this.#heldBytes += piece.byteLength;
  }

  /** What is kept, as it may go out. */
  #take(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(Buffer.concat(this.#begun));
    this.#begun = [];
    this.#begunBytes = 0;
    if (this.#heldBytes > 0) releaseBytes(this.ongoing.attempt, this.ongoing.context, this.#heldBytes);
    this.#heldBytes = 0;
    const bytes = this.edits === undefined ? whole : edited(whole, this.edits);
    this.#scrubbed?.push(bytes);
    return bytes;
  }
}

function edited(bytes: Uint8Array, edits: AnswerEdits): Uint8Array<ArrayBuffer> {
  return encoder.encode(editedAnswer(decoder.decode(bytes), edits));
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

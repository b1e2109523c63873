import { crc32 } from 'node:zlib';

/** One message of an `application/vnd.amazon.eventstream`. */
export interface EventFrame {
  /** Text headers alone; AWS sends no others that matter here. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** The bytes are no event stream, or a damaged one. */
export class BrokenEventStream extends Error {
  override readonly name = 'BrokenEventStream';
  readonly code = 'event_stream_broken';
}

/** Total length, length of the headers, checksum of these two. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const MIN_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES;
/** AWS's own limits are 16 MiB of payload and 128 KiB of headers. */
const MAX_BYTES = 17 * 1024 * 1024;
const TEXT = 7;
/** How long the values of the header types are that have one length; bytes (6) and text (7) say theirs. */
const VALUE_BYTES: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];

/**
 * Takes the bytes of an event stream in any pieces and gives its frames, their checksums verified.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html describes the framing.
 */
export class EventFrameReader {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** The frames that are whole now. Throws a BrokenEventStream. */
  push(piece: Uint8Array): EventFrame[] {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    const frames: EventFrame[] = [];
    for (;;) {
      const wanted = this.#bytes < PRELUDE_BYTES ? Infinity : frameBytes(this.#first(PRELUDE_BYTES));
      if (this.#bytes < wanted) return frames;
      frames.push(readFrame(this.#take(wanted)));
    }
  }

  /** Throws a BrokenEventStream if the stream ended within a frame. */
  end(): void {
    if (this.#bytes > 0) throw new BrokenEventStream('the event stream ended within a message');
  }

  /** The buffered bytes in one piece, which is at least `bytes` long. */
  #first(bytes: number): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && first.byteLength >= bytes) return first;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  #take(bytes: number): Uint8Array {
    const first = this.#first(bytes);
    this.#pieces[0] = first.subarray(bytes);
    this.#bytes -= bytes;
    return first.subarray(0, bytes);
  }
}

/** The length of the frame that begins with these bytes, its prelude verified. */
function frameBytes(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  const total = view.getUint32(0);
  const isSane = total >= MIN_BYTES && total <= MAX_BYTES && view.getUint32(4) <= total - MIN_BYTES;
  if (!isSane || crc32(bytes.subarray(0, 8)) !== view.getUint32(8)) {
    throw new BrokenEventStream('the event stream has a message whose beginning is damaged');
  }
  return total;
}

function readFrame(bytes: Uint8Array): EventFrame {
  const view = viewOf(bytes);
  const end = bytes.byteLength - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end)) {
    throw new BrokenEventStream('the event stream has a damaged message');
  }
  const payloadAt = PRELUDE_BYTES + view.getUint32(4);
  return { headers: readHeaders(bytes.subarray(PRELUDE_BYTES, payloadAt)), payload: bytes.subarray(payloadAt, end) };
}

function readHeaders(bytes: Uint8Array): Map<string, string> {
  const view = viewOf(bytes);
  const headers = new Map<string, string>();
  let at = 0;
  try {
    while (at < bytes.byteLength) {
      const nameEnd = at + 1 + view.getUint8(at);
      const name = textOf(bytes.subarray(at + 1, nameEnd));
      const type = view.getUint8(nameEnd);
      const known = VALUE_BYTES[type];
      if (known === undefined) throw new RangeError('unknown type');
      const valueAt = nameEnd + (known < 0 ? 3 : 1);
      at = valueAt + (known < 0 ? view.getUint16(nameEnd + 1) : known);
      if (at > bytes.byteLength) throw new RangeError('too long');
      if (type === TEXT) headers.set(name, textOf(bytes.subarray(valueAt, at)));
    }
  } catch (error) {
    throw new BrokenEventStream('the event stream has a message with unreadable headers', { cause: error });
  }
  return headers;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

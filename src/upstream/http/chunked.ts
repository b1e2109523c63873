import { cutOut } from './cut-out.ts';
import { MalformedAnswer } from './errors.ts';

/** Where in a chunked body the next byte stands. */
type Place =
  | 'size'
  | 'after_size'
  | 'extension'
  | 'size_lf'
  | 'data'
  | 'data_cr'
  | 'data_lf'
  | 'trailer'
  | 'trailer_line'
  | 'trailer_lf'
  | 'end_lf'
  | 'over';

/** Size and extension of one chunk, in bytes; nobody has a use for more. */
const MAX_CHUNK_LINE_BYTES = 1024;
const MAX_TRAILER_BYTES = 16 * 1024;
const [TAB, LF, CR, SPACE, SEMICOLON, DELETE] = [0x09, 0x0a, 0x0d, 0x20, 0x3b, 0x7f];

/**
 * Reads a body that comes in chunks (RFC 9112, 7.1), in any pieces. Extensions and trailers are skipped. What belongs
 * together on the wire stays together: all content of one piece is given at once.
 */
export class ChunkedReader {
  #place: Place = 'size';
  /** What is left of the chunk; while its size is being read, what is known of that. */
  #left = 0;
  #digits = 0;
  #lineBytes = 0;
  #trailerBytes = 0;
  /** The content of the piece at hand, moved together within it. */
  #from = 0;
  #to = 0;

  get isOver(): boolean {
    return this.#place === 'over';
  }

  /** Reads `bytes` from `start`; returns behind the last byte that belongs to the body. Its content is `content`. */
  push(bytes: Uint8Array<ArrayBuffer>, start: number): number {
    let at = start;
    this.#from = this.#to = at;
    while (at < bytes.byteLength && this.#place !== 'over')
      at = this.#place === 'data' ? this.#readData(bytes, at) : this.#step(bytes[at] ?? 0, at);
    return at;
  }

  /** What the piece that was pushed last holds of the content; undefined for nothing. */
  content(bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
    return this.#to > this.#from ? cutOut(bytes, this.#from, this.#to) : undefined;
  }

  #readData(bytes: Uint8Array<ArrayBuffer>, at: number): number {
    const end = Math.min(bytes.byteLength, at + this.#left);
    if (this.#to === this.#from) this.#from = this.#to = at;
    else bytes.copyWithin(this.#to, at, end);
    this.#to += end - at;
    this.#left -= end - at;
    if (this.#left === 0) this.#place = 'data_cr';
    return end;
  }

  /** Takes one byte that is no content. */
  #step(byte: number, at: number): number {
    switch (this.#place) {
      case 'size':
        this.#size(byte);
        break;
      case 'after_size':
        this.#afterSize(byte);
        break;
      case 'extension':
        if (byte === CR) this.#place = 'size_lf';
        else this.#skip(byte);
        break;
      case 'size_lf':
        this.#expect(byte, LF, this.#left === 0 ? 'trailer' : 'data');
        this.#digits = this.#lineBytes = 0;
        break;
      case 'data_cr':
        this.#expect(byte, CR, 'data_lf');
        break;
      case 'data_lf':
        this.#expect(byte, LF, 'size');
        break;
      default:
        this.#trailer(byte);
    }
    return at + 1;
  }

  #size(byte: number): void {
    const digit = hexDigit(byte);
    if (digit === -1) {
      if (this.#digits === 0) throw broken('a chunk without a size');
      this.#afterSize(byte);
      return;
    }
    this.#left = this.#left * 16 + digit;
    if (++this.#digits > 16 || this.#left > Number.MAX_SAFE_INTEGER) throw broken('a chunk that is too long');
  }

  #afterSize(byte: number): void {
    if (byte === CR) this.#place = 'size_lf';
    else if (byte === SEMICOLON) this.#place = 'extension';
    else if (byte === SPACE || byte === TAB) {
      this.#place = 'after_size';
      this.#skip(byte);
    } else throw broken('a chunk whose size is no number');
  }

  #skip(byte: number): void {
    if (isControl(byte)) throw broken('a control character in a chunk extension');
    if (++this.#lineBytes > MAX_CHUNK_LINE_BYTES) throw broken('a chunk extension that is too long');
  }

  #trailer(byte: number): void {
    if (++this.#trailerBytes > MAX_TRAILER_BYTES) throw broken('trailers that are too long');
    switch (this.#place) {
      case 'trailer':
        if (byte === CR) this.#place = 'end_lf';
        else if (isControl(byte) || byte === SPACE || byte === TAB) throw broken('a trailer that is no header field');
        else this.#place = 'trailer_line';
        return;
      case 'trailer_line':
        if (byte === CR) this.#place = 'trailer_lf';
        else if (isControl(byte)) throw broken('a control character in a trailer');
        return;
      case 'trailer_lf':
        this.#expect(byte, LF, 'trailer');
        return;
      default:
        this.#expect(byte, LF, 'over');
    }
  }

  #expect(byte: number, wanted: number, next: Place): void {
    if (byte !== wanted) throw broken('chunks without their ends of lines');
    this.#place = next;
  }
}

function broken(message: string): MalformedAnswer {
  return new MalformedAnswer('http_chunk', message);
}

function isControl(byte: number): boolean {
  return (byte < SPACE && byte !== TAB) || byte === DELETE;
}

/** -1 for what is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

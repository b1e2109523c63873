import { cutOut } from './cut-out.ts';
import { MalformedAnswer } from './errors.ts';

/** Where in a chunked body the next byte stands. */
type Place = 'size' | 'extensions' | 'size_lf' | 'data' | 'data_cr' | 'data_lf' | 'trailers' | 'over';

/** Extensions of one chunk, in bytes; nobody has a use for more. */
const MAX_EXTENSIONS_BYTES = 1024;
const MAX_TRAILER_BYTES = 16 * 1024;
const [LF, CR, SEMICOLON] = [0x0a, 0x0d, 0x3b];
/** `;name`, `;name=value` and `;name="any text"`, without blanks between them. */
const EXTENSIONS =
  /^(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:\\?[\t\x20!#-[\]-\x7e\x80-\xff]|\\["\\])*"))?)+$/;
/** Fields as in a head, and the empty line. */
const TRAILERS = /^(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/;
/** What says where a body ends says it too late here (RFC 9110, 6.5.1). */
const FRAMING = /^(?:content-length|transfer-encoding):/im;

/**
 * Reads a body that comes in chunks (RFC 9112, 7.1), in any pieces. Extensions and trailers are checked and skipped. What
 * belongs together on the wire stays together: all content of one piece is given at once.
 */
export class ChunkedReader {
  #place: Place = 'size';
  /** What is left of the chunk; while its size is being read, what is known of that. */
  #left = 0;
  #digits = 0;
  /** What has come of a chunk's extensions, or of the trailers. */
  #text = '';
  /** How long the line of the trailers is that has not ended. */
  #lineBytes = 0;
  #isAfterCr = false;
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
    while (at < bytes.byteLength && this.#place !== 'over') {
      if (this.#place === 'data') at = this.#readData(bytes, at);
      else this.#step(bytes[at++] ?? 0);
    }
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
  #step(byte: number): void {
    switch (this.#place) {
      case 'size':
        this.#size(byte);
        return;
      case 'extensions':
        this.#extensions(byte);
        return;
      case 'size_lf':
        this.#expect(byte, LF, this.#left === 0 ? 'trailers' : 'data');
        this.#digits = 0;
        return;
      case 'data_cr':
        this.#expect(byte, CR, 'data_lf');
        return;
      case 'data_lf':
        this.#expect(byte, LF, 'size');
        return;
      default:
        this.#trailers(byte);
    }
  }

  #size(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== -1) {
      this.#left = this.#left * 16 + digit;
      if (++this.#digits > 16 || this.#left > Number.MAX_SAFE_INTEGER) throw broken('a chunk that is too long');
    } else if (this.#digits === 0) throw broken('a chunk without a size');
    else if (byte === CR) this.#place = 'size_lf';
    else if (byte === SEMICOLON) {
      this.#text = ';';
      this.#place = 'extensions';
    } else throw broken('a chunk whose size is no number');
  }

  #extensions(byte: number): void {
    if (byte !== CR) {
      this.#text += String.fromCharCode(byte);
      if (this.#text.length > MAX_EXTENSIONS_BYTES) throw broken('a chunk extension that is too long');
      return;
    }
    if (!EXTENSIONS.test(this.#text)) throw broken('a chunk extension that is none');
    this.#text = '';
    this.#place = 'size_lf';
  }

  #trailers(byte: number): void {
    if ((byte === LF) !== this.#isAfterCr) throw broken('trailers without their ends of lines');
    this.#isAfterCr = byte === CR;
    this.#text += String.fromCharCode(byte);
    this.#lineBytes++;
    if (this.#text.length > MAX_TRAILER_BYTES) throw broken('trailers that are too long');
    if (byte !== LF) return;
    const isLast = this.#lineBytes <= 2;
    this.#lineBytes = 0;
    if (!isLast) return;
    if (!TRAILERS.test(this.#text) || FRAMING.test(this.#text)) throw broken('trailers that are no header fields');
    this.#text = '';
    this.#place = 'over';
  }

  #expect(byte: number, wanted: number, next: Place): void {
    if (byte !== wanted) throw broken('chunks without their ends of lines');
    this.#place = next;
  }
}

function broken(message: string): MalformedAnswer {
  return new MalformedAnswer('http_chunk', message);
}

/** -1 for what is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

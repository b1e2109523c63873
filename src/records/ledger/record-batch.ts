import { hash } from 'bun';

/** Length and checksum of a record, eight hexadecimal digits each with a blank behind. */
export const HEADER_BYTES = 18;
export const NEWLINE = 10;

const FIRST_BYTES = 64 * 1024;
const MOST_BYTES_PER_CHAR = 3;
/** A batch that was this large gives its memory back. */
const MOST_KEPT_BYTES = 1024 * 1024;

/**
 * Records of the journal as the bytes that they are in a file: `LENGTH CRC32 JSON\n`, both numbers of the JSON's bytes. JSON
 * holds no newline, so whoever meets a damaged record finds the next one. docs/ledger.md describes the format.
 */
export class RecordBatch {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  /** All records so far; valid until the next call of `begin`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets its records: memory that is used again is much cheaper than new memory. */
  begin(): this {
    this.#length = 0;
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    return this;
  }

  /** Takes JSON without a newline. */
  add(json: string): this {
    this.#reserve(HEADER_BYTES + json.length * MOST_BYTES_PER_CHAR + 1);
    const start = this.#length + HEADER_BYTES;
    const end = start + this.#bytes.write(json, start);
    const head = `${hex(end - start)} ${hex(checksum(this.#bytes.subarray(start, end)))} `;
    this.#bytes.write(head, this.#length, 'latin1');
    this.#bytes[end] = NEWLINE;
    this.#length = end + 1;
    return this;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** The CRC-32 of a record's JSON (the one of zlib and Ethernet). */
export function checksum(bytes: Uint8Array): number {
  return hash.crc32(bytes);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

const FIRST_BYTES = 4 * 1024;
const MAX_BYTES_PER_CHAR = 3;
/** What ends a line, as a byte. */
export const NEWLINE = 10;

/**
 * Lines that wait to be written, as the bytes that they will be in the file: a text is short-lived garbage, whereas one
 * that waits as a text grows old, and costs the garbage collector more than the line cost to write.
 */
export class LineBatch {
  /** The day that the lines are of. */
  day = '';
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  /** What it may hold without growing. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** Forgets its lines, to take those of `day`: memory that is used again is much cheaper than new memory. */
  begin(day: string): this {
    this.day = day;
    this.#length = 0;
    return this;
  }

  /** All lines, each with its end. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  get byteLength(): number {
    return this.#length;
  }

  /** Takes a line without its end. */
  add(line: string): void {
    this.#reserve(line.length * MAX_BYTES_PER_CHAR + 1);
    this.#length += this.#buffer.write(line, this.#length);
    this.#buffer[this.#length++] = NEWLINE;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** How many lines end within `bytes`. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** The length of the whole lines at the front that come to no more than `most` bytes; 0 if not even one does. */
export function wholeLines(bytes: Uint8Array, most: number): number {
  if (bytes.length <= most) return bytes.length;
  return most <= 0 ? 0 : bytes.lastIndexOf(NEWLINE, most - 1) + 1;
}

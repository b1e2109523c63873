/** Takes memory for what is kept; false if there is none. */
export type TakeRoom = (bytes: number) => boolean;

const FIRST_BYTES = 4096;

/** The beginning of a body, as it passes by: copied, for its bytes are others'. */
export class BodyCopy {
  /** How long the body is, as far as it has passed. */
  bytes = 0;
  #buffer = new Uint8Array(0);
  #used = 0;

  constructor(
    /** How much of it is kept. */
    private readonly mostBytes: number,
    private readonly takeRoom: TakeRoom,
  ) {}

  push(piece: Uint8Array): void {
    this.bytes += piece.byteLength;
    const end = Math.min(this.#used + piece.byteLength, this.mostBytes);
    if (end === this.#used || !this.#reaches(end)) return;
    this.#buffer.set(piece.subarray(0, end - this.#used), this.#used);
    this.#used = end;
  }

  /** The same of a text that is all there is. A part of a long one would keep the whole of it in memory. */
  pushText(text: string): void {
    // A character has a byte at least.
    this.push(Buffer.from(text.length > this.mostBytes ? text.slice(0, this.mostBytes) : text));
    this.bytes = Buffer.byteLength(text);
  }

  /** What is kept. */
  get kept(): Uint8Array {
    return this.#buffer.subarray(0, this.#used);
  }

  #reaches(end: number): boolean {
    const now = this.#buffer.byteLength;
    if (end <= now) return true;
    const size = Math.min(Math.max(end, now * 2, FIRST_BYTES), this.mostBytes);
    if (!this.takeRoom(size - now)) return false;
    const larger = new Uint8Array(size);
    larger.set(this.#buffer);
    this.#buffer = larger;
    return true;
  }
}

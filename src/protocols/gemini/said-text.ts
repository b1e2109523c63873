/** The size of the blocks in which text is measured, in units. */
const BLOCK_UNITS = 1024;
/** How much of a text may be searched, in units: a multiple of its length, plus a constant. */
const SEARCHES = 8;
const FREE_UNITS = 1024 * 1024;

interface Block {
  text: string;
  /** Where the block begins, in UTF-16 units and in bytes of UTF-8. */
  readonly units: number;
  readonly bytes: number;
}

/**
 * A growing text that converts positions between bytes of UTF-8, which Google uses, and UTF-16 units. It does not go
 * over the text before a position, so the cost of many sources grows only with the text and their number.
 */
export class SaidText {
  readonly #blocks: Block[] = [{ text: '', units: 0, bytes: 0 }];
  /** All of the text, if it was searched and has not grown since. */
  #whole: string | undefined;
  #searched = 0;

  /** The length so far, in UTF-16 units. */
  length = 0;

  /** Adds a piece. */
  push(piece: string): void {
    this.#whole = undefined;
    for (let at = 0; at < piece.length; at += BLOCK_UNITS) this.#add(piece.slice(at, at + BLOCK_UNITS));
  }

  /** Converts a position in bytes to units. A position beyond the end becomes the end. */
  unitsAt(byte: number): number {
    const { text, units, bytes } = this.#blockOf('bytes', byte);
    let at = 0;
    for (let left = byte - bytes; left > 0 && at < text.length; at++) left -= bytesOf(text.charCodeAt(at));
    // A surrogate pair is one character and begins with its first unit.
    if (at < text.length && isSecondHalf(text.charCodeAt(at))) at++;
    return Math.min(units + at, this.length);
  }

  /** Converts a position in units to bytes. */
  bytesAt(unit: number): number {
    const { text, units, bytes } = this.#blockOf('units', unit);
    let sum = bytes;
    for (let at = 0; at < Math.min(unit - units, text.length); at++) sum += bytesOf(text.charCodeAt(at));
    return sum;
  }

  /** Whether these words are at this position. */
  has(words: string, start: number): boolean {
    let index = this.#indexOf('units', start);
    let at = 0;
    while (at < words.length) {
      const block = this.#blocks[index++];
      if (block === undefined) return false;
      const from = start + at - block.units;
      const part = words.slice(at, at + block.text.length - from);
      if (!block.text.startsWith(part, from)) return false;
      at += part.length;
    }
    return true;
  }

  /** The first position of these words; -1 if there is none, or if the search budget is used up. */
  indexOf(words: string): number {
    this.#searched += this.length;
    if (words === '' || this.#searched > SEARCHES * this.length + FREE_UNITS) return -1;
    this.#whole ??= this.#blocks.map(({ text }) => text).join('');
    return this.#whole.indexOf(words);
  }

  #add(piece: string): void {
    this.length += piece.length;
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.text.length + piece.length <= BLOCK_UNITS) {
      last.text += piece;
      return;
    }
    const units = (last?.units ?? 0) + (last?.text.length ?? 0);
    this.#blocks.push({ text: piece, units, bytes: this.bytesAt(units) });
  }

  #blockOf(measure: 'units' | 'bytes', place: number): Block {
    return this.#blocks[this.#indexOf(measure, place)] ?? { text: '', units: 0, bytes: 0 };
  }

  /** The last block that does not begin after the position. */
  #indexOf(measure: 'units' | 'bytes', place: number): number {
    let [low, high] = [0, this.#blocks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#blocks[middle]?.[measure] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The bytes of a UTF-16 unit in UTF-8. Those of a pair count with its first unit. */
function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (isSecondHalf(code)) return 0;
  return code >= 0xd800 && code < 0xdc00 ? 4 : 3;
}

function isSecondHalf(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

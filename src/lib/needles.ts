/** Where one was found: `end` is behind its last byte. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds any of a set of byte strings, however many they are: a window as long as the shortest is moved over the text,
 * and its last three bytes tell how far it can jump (Wu and Manber, 1994). A text that holds none is read in part only.
 */
export class Needles {
  readonly #windowBytes: number;
  /** How many bytes the longest has. */
  readonly longest: number;
  readonly #jumps: Uint8Array;
  /** By how much the bytes of a block are moved against each other for its place in the table. */
  readonly #shift: number;
  /** By the last three bytes of their first window; longer ones first. */
  readonly #byWindow = new Map<number, Uint8Array[]>();
  /** Few and short: then one native search for each is faster, in a text that is worth the call. */
  readonly #few: readonly Uint8Array[] | undefined;
  /** Pairs of bytes that one begins with. */
  readonly #begins = new Uint8Array(PAIR_TABLE_SIZE);
  /** By their first byte. */
  readonly #byStart = new Map<number, Uint8Array[]>();

  /** `needles`: at least one, none shorter than three bytes. */
  constructor(needles: readonly Uint8Array[]) {
    const lengths = needles.map((needle) => needle.length);
    this.#windowBytes = Math.min(...lengths, MAX_WINDOW_BYTES);
    this.longest = Math.max(...lengths);
    this.#shift = shiftFor(needles.length * (this.#windowBytes - BLOCK_BYTES + 1));
    this.#jumps = new Uint8Array(8 ** this.#shift);
    this.#jumps.fill(this.#windowBytes - BLOCK_BYTES + 1);
    if (needles.length <= MOST_FEW && this.#windowBytes < SHORT_BYTES) this.#few = needles;
    for (const needle of needles.toSorted((a, b) => b.length - a.length)) this.#add(needle);
  }

  /** Where a needle begins at or after `from`, and where the longest that begins there ends; undefined if there is none. */
  find(bytes: Uint8Array, from = 0): Place | undefined {
    const { length } = bytes;
    if (this.#few !== undefined && length - from >= NATIVE_FROM_BYTES) return firstOf(this.#few, bytes, from);
    const jumps = this.#jumps;
    const shift = this.#shift;
    const last = this.#windowBytes - 1;
    for (let at = from + last; at < length;) {
      const block = hashAt(bytes, at, shift);
      const jump = jumps[block] as number;
      if (jump > 0) {
        at += jump;
        continue;
      }
      const found = this.#byWindow.get(block)?.find((needle) => isWholeAt(bytes, at - last, needle));
      if (found !== undefined) return { start: at - last, end: at - last + found.length };
      at++;
    }
    return undefined;
  }

  /** Whether a text may hold one: nearly always it does not, and that is known without its bytes. */
  mayBeIn(text: string): boolean {
    const { length } = text;
    const jumps = this.#jumps;
    for (let at = this.#windowBytes - 1; at < length;) {
      const jump = jumps[blockIn(text, at, this.#shift)] as number;
      if (jump === 0) return true;
      at += jump;
    }
    return false;
  }

  /** How many of the last bytes before `to` may be the beginning of a needle whose rest is still to come. */
  unfinished(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const begins = this.#begins;
    const last = to - 1;
    for (let start = Math.max(from, to - this.longest + 1); start < last; start++) {
      // Text holds most bytes that a needle may begin with, but few of the pairs.
      if (begins[pairAt(bytes, start)] !== 0 && this.#beginsAt(bytes, start, to)) return to - start;
    }
    return last >= from && this.#beginsAt(bytes, last, to) ? 1 : 0;
  }

  #beginsAt(bytes: Uint8Array, start: number, to: number): boolean {
    const candidates = this.#byStart.get(bytes[start] as number);
    if (candidates === undefined) return false;
    for (const needle of candidates) if (needle.length > to - start && isPartAt(bytes, start, to, needle)) return true;
    return false;
  }

  #add(needle: Uint8Array): void {
    const last = this.#windowBytes - 1;
    for (let at = BLOCK_BYTES - 1; at <= last; at++) {
      const block = hashAt(needle, at, this.#shift);
      this.#jumps[block] = Math.min(this.#jumps[block] as number, last - at);
    }
    into(this.#byWindow, hashAt(needle, last, this.#shift), needle);
    this.#begins[pairAt(needle, 0)] = 1;
    into(this.#byStart, needle[0] as number, needle);
  }
}

const BLOCK_BYTES = 3;
const MOST_FEW = 4;
const SHORT_BYTES = 16;
const NATIVE_FROM_BYTES = 256;
const PAIR_TABLE_SIZE = 4096;
/** A jump has to fit a byte. */
const MAX_WINDOW_BYTES = 250;

/**
 * A table of 4 KiB stays in the processor's cache, and of few needles nearly all its places are free; one of 32 KiB is for
 * many.
 */
function shiftFor(blocks: number): number {
  return blocks <= 512 ? 4 : 5;
}

function hashAt(bytes: Uint8Array, at: number, shift: number): number {
  const block = ((bytes[at - 2] as number) << (2 * shift)) ^ ((bytes[at - 1] as number) << shift);
  return (block ^ (bytes[at] as number)) & ((1 << (3 * shift)) - 1);
}

function pairAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 4) ^ (bytes[at + 1] as number);
}

function blockIn(text: string, at: number, shift: number): number {
  const block = (text.charCodeAt(at - 2) << (2 * shift)) ^ (text.charCodeAt(at - 1) << shift);
  return (block ^ text.charCodeAt(at)) & ((1 << (3 * shift)) - 1);
}

function isWholeAt(bytes: Uint8Array, start: number, needle: Uint8Array): boolean {
  return needle.length <= bytes.length - start && isPartAt(bytes, start, bytes.length, needle);
}

/** Whether as much of the needle as there is room for before `to` stands at `start`. */
function isPartAt(bytes: Uint8Array, start: number, to: number, needle: Uint8Array): boolean {
  const length = Math.min(needle.length, to - start);
  for (let at = 0; at < length; at++) if (bytes[start + at] !== needle[at]) return false;
  return true;
}

function firstOf(needles: readonly Uint8Array[], bytes: Uint8Array, from: number): Place | undefined {
  let found: Place | undefined;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const needle of needles) {
    const start = whole.indexOf(needle, from);
    if (start === -1) continue;
    const end = start + needle.length;
    if (found === undefined || start < found.start || (start === found.start && end > found.end))
      found = { start, end };
  }
  return found;
}

function into(map: Map<number, Uint8Array[]>, key: number, needle: Uint8Array): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [needle]);
  else list.push(needle);
}

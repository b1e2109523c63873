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
  readonly #jumps = new Uint8Array(TABLE_SIZE);
  /** By the last three bytes of their first window; longer ones first. */
  readonly #byWindow = new Map<number, Uint8Array[]>();
  /** Few and short: then one native search for each is faster, in a text that is worth the call. */
  readonly #few: readonly Uint8Array[] | undefined;
  /** Bytes that one begins with. */
  readonly #begins = new Uint8Array(256);
  /** By their first byte. */
  readonly #byStart = new Map<number, Uint8Array[]>();

  /** `needles`: at least one, none shorter than three bytes. */
  constructor(needles: readonly Uint8Array[]) {
    const lengths = needles.map((needle) => needle.length);
    this.#windowBytes = Math.min(...lengths, MAX_WINDOW_BYTES);
    this.longest = Math.max(...lengths);
    this.#jumps.fill(this.#windowBytes - BLOCK_BYTES + 1);
    if (needles.length <= MOST_FEW && this.#windowBytes < SHORT_BYTES) this.#few = needles;
    for (const needle of needles.toSorted((a, b) => b.length - a.length)) this.#add(needle);
  }

  /** Where a needle begins at or after `from`, and where the longest that begins there ends; undefined if there is none. */
  find(bytes: Uint8Array, from = 0): Place | undefined {
    const { length } = bytes;
    if (this.#few !== undefined && length - from >= NATIVE_FROM_BYTES) return firstOf(this.#few, bytes, from);
    const jumps = this.#jumps;
    const last = this.#windowBytes - 1;
    for (let at = from + last; at < length;) {
      const block = hashAt(bytes, at);
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
      const jump = jumps[blockIn(text, at)] as number;
      if (jump === 0) return true;
      at += jump;
    }
    return false;
  }

  /** How many of the last bytes before `to` may be the beginning of a needle whose rest is still to come. */
  unfinished(bytes: Uint8Array, from = 0, to = bytes.length): number {
    for (let start = Math.max(from, to - this.longest + 1); start < to; start++) {
      const first = bytes[start] as number;
      if (this.#begins[first] === 0) continue;
      const candidates = this.#byStart.get(first);
      if (candidates?.some((needle) => needle.length > to - start && isPartAt(bytes, start, to, needle)) === true)
        return to - start;
    }
    return 0;
  }

  #add(needle: Uint8Array): void {
    const last = this.#windowBytes - 1;
    for (let at = BLOCK_BYTES - 1; at <= last; at++) {
      const block = hashAt(needle, at);
      this.#jumps[block] = Math.min(this.#jumps[block] as number, last - at);
    }
    into(this.#byWindow, hashAt(needle, last), needle);
    this.#begins[needle[0] as number] = 1;
    into(this.#byStart, needle[0] as number, needle);
  }
}

const BLOCK_BYTES = 3;
const MOST_FEW = 4;
const SHORT_BYTES = 16;
const NATIVE_FROM_BYTES = 256;
const TABLE_SIZE = 32 * 1024;
/** A jump has to fit a byte. */
const MAX_WINDOW_BYTES = 250;

function hashAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at - 2] as number) << 10) ^ ((bytes[at - 1] as number) << 5) ^ (bytes[at] as number)) & (TABLE_SIZE - 1)
  );
}

function blockIn(text: string, at: number): number {
  return ((text.charCodeAt(at - 2) << 10) ^ (text.charCodeAt(at - 1) << 5) ^ text.charCodeAt(at)) & (TABLE_SIZE - 1);
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

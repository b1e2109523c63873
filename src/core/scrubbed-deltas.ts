import type { Scrubber } from './scrubber.ts';

/** From so many bytes of a secret's beginning on, events wait; less is found in words, and gives nothing away. */
const HOLD_FROM_BYTES = 4;
const STAR = 0x2a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NOTHING = new Uint8Array(0);
const NOWHERE: readonly Span[] = [];

/** Where a text stands in bytes that are to go out: `from` its first byte, `to` behind its last. */
interface Span {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Which of the keys is in front of it: other keys, other texts. */
  readonly key: number;
}

/**
 * Takes secrets out of a stream of events, also where a model says one in several of them. What goes out is held back
 * only while the text so far ends in the beginning of a secret.
 */
export class ScrubbedDeltas {
  readonly #keys: readonly Uint8Array[];
  /** The end of the text so far, unscrubbed, if a secret may begin in it, and where it stands that has not gone out. */
  #tail: Uint8Array = NOTHING;
  #waiting: readonly Span[] = NOWHERE;
  #key = -1;
  #held: Uint8Array[] = [];
  /** What the last event was like: before its text and after it. */
  #before = 0;
  #after = 0;

  /** `keys`: the names of the fields in which a dialect's events have their text. */
  constructor(
    private readonly scrubber: Scrubber,
    keys: readonly string[],
  ) {
    this.#keys = keys.map((key) => Buffer.from(`"${key}":`));
  }

  /** Takes whole events; returns what may go out, maybe nothing yet. */
  push(bytes: Uint8Array): Uint8Array {
    const isAlike = this.#isAlike(bytes);
    const to = bytes.length - this.#after;
    if (isAlike && this.#tail.length === 0 && this.scrubber.unfinished(bytes, this.#before, to) === 0) {
      // Nearly always: nothing waits, and nothing has to.
      this.scrubber.scrub(bytes);
      return this.#released(bytes);
    }
    const spans = isAlike ? [{ bytes, from: this.#before, to, key: this.#key }] : this.#spansIn(bytes);
    for (const span of spans) this.#see(span);
    this.scrubber.scrub(bytes);
    if (spans.length > 0 && this.#tail.length >= HOLD_FROM_BYTES) {
      this.#held.push(bytes);
      return NOTHING;
    }
    return this.#released(bytes);
  }

  /** What is held back, at the end of the stream; undefined if nothing is. */
  end(): Uint8Array | undefined {
    return this.#held.length === 0 ? undefined : this.#released(NOTHING);
  }

  #released(bytes: Uint8Array): Uint8Array {
    this.#waiting = NOWHERE;
    if (this.#held.length === 0) return bytes;
    const all = Buffer.concat([...this.#held, bytes]);
    this.#held = [];
    return all;
  }

  #see(span: Span): void {
    const { bytes, from, to, key } = span;
    if (key !== this.#key) this.#tail = NOTHING;
    this.#key = key;
    const own = bytes.subarray(from, to);
    if (this.#tail.length === 0) {
      const waiting = this.scrubber.unfinished(own);
      this.#tail = waiting === 0 ? NOTHING : own.slice(own.length - waiting);
      this.#waiting = waiting === 0 ? NOWHERE : [span];
      return;
    }
    const text = Buffer.concat([this.#tail, own]);
    const spans = [...this.#waiting, span];
    for (const { start, end } of this.scrubber.found(text)) cover(spans, text.length - end, text.length - start);
    const waiting = this.scrubber.unfinished(text);
    this.#tail = text.subarray(text.length - waiting);
    this.#waiting = waiting === 0 ? NOWHERE : spans;
  }

  /** Whether an event is like the last one but for its text: most are. */
  #isAlike(bytes: Uint8Array): boolean {
    const key = this.#keys[this.#key];
    const from = this.#before;
    const to = bytes.length - this.#after;
    if (key === undefined || from === 0 || to < from || bytes[to] !== QUOTE || bytes[from - 1] !== QUOTE) return false;
    for (let at = 0, there = from - 1 - key.length; at < key.length; at++, there++)
      if (bytes[there] !== key[at]) return false;
    for (let at = from; at < to; at++) if (bytes[at] === QUOTE || bytes[at] === BACKSLASH) return false;
    return true;
  }

  #spansIn(bytes: Uint8Array): Span[] {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const spans: Span[] = [];
    for (const [key, name] of this.#keys.entries()) {
      for (let at = all.indexOf(name); at !== -1; at = all.indexOf(name, at + name.length)) {
        let from = at + name.length;
        while (bytes[from] === SPACE) from++;
        if (bytes[from] !== QUOTE) continue;
        from++;
        let to = from;
        while (to < bytes.length && bytes[to] !== QUOTE) to += bytes[to] === BACKSLASH ? 2 : 1;
        spans.push({ bytes, from, to: Math.min(to, bytes.length), key });
      }
    }
    const [only] = spans;
    this.#before = spans.length === 1 && only !== undefined ? only.from : 0;
    this.#after = spans.length === 1 && only !== undefined ? bytes.length - only.to : 0;
    return spans.length < 2 ? spans : spans.sort((a, b) => a.from - b.from);
  }
}

/** Puts stars over what lies between two distances from the end of a text whose last pieces are `spans`. */
function cover(spans: readonly Span[], nearest: number, farthest: number): void {
  let behind = 0;
  for (const { bytes, from, to } of spans.toReversed()) {
    const last = to - Math.max(0, nearest - behind);
    const first = to - (farthest - behind);
    if (last > from && first < to) bytes.fill(STAR, Math.max(from, first), last);
    behind += to - from;
  }
}

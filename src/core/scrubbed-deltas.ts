import type { Scrubber } from './scrubber.ts';

const STAR = 0x2a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NOTHING = new Uint8Array(0);

/** Where a text stands in bytes that are to go out: `from` its first byte, `to` behind its last. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Which of the keys is in front of it: other keys, other texts. */
  readonly key: number;
}

/**
 * Takes secrets out of a stream of events. One that stands in an event is covered; of one that a model says in several,
 * what completes it. Nothing is ever held back: whoever can have a model say what it likes could tell by the pauses how
 * much of a guess is right.
 */
export class ScrubbedDeltas {
  readonly #keys: readonly Uint8Array[];
  /** By key: the end of its text so far, unscrubbed, if a secret may begin in it. */
  readonly #tails: Uint8Array[];
  #key = -1;
  /** What the last event was like: before its text and after it. */
  #before = 0;
  #after = 0;

  /** `keys`: the names of the fields in which a dialect's events have their text. */
  constructor(
    private readonly scrubber: Scrubber,
    keys: readonly string[],
  ) {
    this.#keys = keys.map((key) => Buffer.from(`"${key}":`));
    this.#tails = keys.map(() => NOTHING);
  }

  /** Takes whole events that are to go out, and covers what must not. */
  push(bytes: Uint8Array): void {
    const to = bytes.length - this.#after;
    if (this.#isAlike(bytes)) {
      const tail = this.#tails[this.#key] ?? NOTHING;
      // Nearly always: nothing has begun, and nothing begins.
      if (tail.length > 0 || this.scrubber.unfinished(bytes, this.#before, to) > 0)
        this.#see(bytes, { from: this.#before, to, key: this.#key });
    } else for (const span of this.#spansIn(bytes)) this.#see(bytes, span);
    this.scrubber.scrub(bytes);
  }

  #see(bytes: Uint8Array, { from, to, key }: Span): void {
    this.#key = key;
    const own = bytes.subarray(from, to);
    const tail = this.#tails[key] ?? NOTHING;
    const text = tail.length === 0 ? own : Buffer.concat([tail, own]);
    const begun = this.scrubber.unfinished(text);
    this.#tails[key] = begun === 0 ? NOTHING : text.slice(text.length - begun);
    if (tail.length === 0) return;
    for (const { start, end } of this.scrubber.found(text)) {
      if (start < tail.length && end > tail.length) bytes.fill(STAR, from, from + end - tail.length);
    }
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
        spans.push({ from, to: Math.min(to, bytes.length), key });
      }
    }
    const [only] = spans;
    this.#before = spans.length === 1 && only !== undefined ? only.from : 0;
    this.#after = spans.length === 1 && only !== undefined ? bytes.length - only.to : 0;
    return spans.length < 2 ? spans : spans.sort((a, b) => a.from - b.from);
  }
}

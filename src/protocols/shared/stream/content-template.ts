const QUOTE = 34;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;

/**
 * A content event, as bytes, with its text cut out. The events of one answer are alike but for that text, so most of
 * them can be known to be valid JSON of the same meaning by comparing what stands around it, at a tenth of the cost of
 * parsing.
 */
export class ContentTemplate {
  private constructor(
    /** The event without its text. */
    private readonly around: Uint8Array,
    /** How much of that stands before the text. */
    private readonly before: number,
  ) {}

  /**
   * The template of an event (Latin-1) whose data is valid JSON and has its text behind `key`, the quote included:
   * `"content":"`. Undefined if the key is not there, or more than once.
   */
  static of(event: string, key: string): ContentTemplate | undefined {
    const at = event.indexOf(key);
    if (at === -1 || event.includes(key, at + 1)) return undefined;
    const start = at + key.length;
    let end = start;
    while (end < event.length && isPlain(event.charCodeAt(end))) end++;
    return event.charCodeAt(end) === QUOTE && end > start
      ? new ContentTemplate(Buffer.from(event.slice(0, start) + event.slice(end), 'latin1'), start)
      : undefined;
  }

  /** True if `bytes` from `start` to `end` are such an event with another text, which is not empty and holds nothing that JSON would escape. */
  fits(bytes: Uint8Array, start: number, end: number): boolean {
    const { around, before } = this;
    const textAt = start + before;
    const textEnd = end - around.length + before;
    if (textEnd <= textAt) return false;
    if (compare.call(bytes, around, 0, before, start, textAt) !== 0) return false;
    if (compare.call(bytes, around, before, around.length, textEnd, end) !== 0) return false;
    let at = textAt;
    while (at < textEnd && isPlain(bytes[at] ?? 0)) at++;
    return at === textEnd;
  }
}

/** Neither a quote nor an escape nor a control character. */
function isPlain(code: number): boolean {
  return code >= FIRST_PRINTABLE && code !== QUOTE && code !== BACKSLASH;
}

// Compares in place, where a view of the bytes, a Buffer, would be dear to make.
const { compare } = Buffer.prototype as unknown as {
  compare(this: Uint8Array, other: Uint8Array, from: number, to: number, ownFrom: number, ownTo: number): number;
};

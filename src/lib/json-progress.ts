const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** Tells of a JSON object that comes in pieces whether its braces are closed, without going over any piece twice. */
export class JsonProgress {
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  /** What came cannot become an object any more, or has been one before the last of it. */
  #isBroken = false;

  /** The pieces may be an object: it begins with a brace, every brace is closed, and nothing but spaces is around it. */
  isClosed = false;

  push(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      if (this.#isInText) this.#seeText(code);
      else if (code > SPACE) this.#see(code);
    }
  }

  #seeText(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#isInText = false;
  }

  #see(code: number): void {
    if (this.isClosed || (this.#depth === 0 && code !== OPEN_BRACE)) this.#isBroken = true;
    if (code === OPEN_BRACE) this.#depth++;
    else if (code === CLOSE_BRACE) this.#depth--;
    else if (code === QUOTE) this.#isInText = true;
    this.isClosed = this.#depth === 0 && !this.#isBroken;
  }
}

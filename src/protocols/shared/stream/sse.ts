const LF = 10;
const CR = 13;
/** A buffer that a large event has grown is released once it is empty. */
const KEEP_BUFFER_BYTES = 64 * 1024;
/** More data lines than this are no event: JSON over several lines has some hundreds. */
const MOST_DATA_LINES = 10_000;

/** The bytes are no event stream that anybody could read. */
export class UnreadableStream extends Error {
  override readonly name = 'UnreadableStream';
  readonly code = 'event_stream_broken';
}

/**
 * Splits the bytes of an SSE stream into regions of whole events. The network may split an event, a line end or a
 * character anywhere. Bytes never change, except that a leading BOM is removed: clients that look at bytes would lose
 * their first event to it.
 * ⏎ Grammar: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class EventSplitter {
  /** The bytes after the last whole event. */
  #buffer = Buffer.alloc(0);
  #pending = 0;
  #first = true;
  /** The stream has a CR, so line ends must be examined one by one. */
  mixedLineEnds = false;

  /** Bytes that wait for the rest of their event. */
  get pendingBytes(): number {
    return this.#pending;
  }

  /** Takes a chunk from the network. Returns all whole events so far, or undefined if there is none. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const { length } = chunk;
    if (!this.mixedLineEnds && chunk.includes(CR)) this.mixedLineEnds = true;
    // Most chunks are whole events: nothing waits, and the chunk ends with a blank line.
    if (
      this.#pending === 0 &&
      !this.mixedLineEnds &&
      length > 1 &&
      chunk[length - 1] === LF &&
      chunk[length - 2] === LF
    ) {
      return this.#region(chunk);
    }
    const searchFrom = Math.max(0, this.#pending - 3);
    this.#append(chunk);
    const end = lastEventEnd(this.#buffer.subarray(0, this.#pending), searchFrom, this.mixedLineEnds);
    if (end === 0) return undefined;
    const region = Uint8Array.prototype.slice.call(this.#buffer, 0, end);
    this.#buffer.copyWithin(0, end, this.#pending);
    this.#pending -= end;
    if (this.#pending === 0 && this.#buffer.length > KEEP_BUFFER_BYTES) this.#buffer = Buffer.alloc(0);
    return this.#region(region);
  }

  /** What is left at the end of the stream: an event without its blank line, or undefined. */
  flush(): Uint8Array | undefined {
    if (this.#pending === 0) return undefined;
    const rest = this.#buffer.subarray(0, this.#pending);
    this.#pending = 0;
    return this.#region(rest);
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#pending + chunk.length;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(grown, 0, 0, this.#pending);
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#pending);
    this.#pending = needed;
  }

  #region(bytes: Uint8Array): Uint8Array {
    if (!this.#first) return bytes;
    this.#first = false;
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  }
}

/**
 * Decodes bytes as Latin-1, so that an index into the text is an index into the bytes. The syntax of JSON and SSE is
 * ASCII, so it can be examined this way. Text for people must be decoded as UTF-8.
 */
export function structureOf(bytes: Uint8Array): string {
  return latin1Slice.call(bytes, 0, bytes.byteLength);
}

// Making a Buffer for this costs more than the text, because the array needs an ArrayBuffer of its own.
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

/** The index after the blank line that ends the event at `from`; the text's length if there is none. */
export function eventEnd(text: string, from: number, mixedLineEnds: boolean): number {
  if (!mixedLineEnds) {
    const at = text.indexOf('\n\n', from);
    return at === -1 ? text.length : at + 2;
  }
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== LF && code !== CR) continue;
    const before = i > from ? text.charCodeAt(i - 1) : LF;
    if (code === LF && before === CR) continue;
    if (before === LF || before === CR) return code === CR && text.charCodeAt(i + 1) === LF ? i + 2 : i + 1;
  }
  return text.length;
}

/**
 * The data of the event at [start, end), its lines joined by LF; undefined without a data line (a comment, a ping).
 * Throws an UnreadableStream if it has too many.
 */
export function eventData(text: string, start: number, end: number, mixedLineEnds: boolean): string | undefined {
  // Every event but the last ends in a line feed, so a search stops at its end.
  if (!mixedLineEnds && text.startsWith('data:', start) && text.indexOf('\n', start) === end - 2) {
    return text.slice(text.charCodeAt(start + 5) === 32 ? start + 6 : start + 5, end - 2);
  }
  const lines = dataLines(text.slice(start, end));
  return lines.length === 0 ? undefined : lines.join('\n');
}

/** The event's name, if it is on its first line. */
export function eventName(text: string, start: number, end: number): string | undefined {
  return text.startsWith('event:', start) ? /^event: ?([^\r\n]*)/.exec(text.slice(start, end))?.[1] : undefined;
}

/** The data lines of one event. Throws an UnreadableStream if it has too many. */
export function dataLines(event: string): string[] {
  const values: string[] = [];
  // The search for each kind of line end continues from its last hit, so no text is searched twice.
  let lf = event.indexOf('\n');
  let cr = event.indexOf('\r');
  for (let start = 0, end = 0; start <= event.length; start = end + 1) {
    if (lf !== -1 && lf < start) lf = event.indexOf('\n', start);
    if (cr !== -1 && cr < start) cr = event.indexOf('\r', start);
    // A CRLF ends two lines, and one of them is empty.
    end = lf === -1 ? cr : cr === -1 ? lf : Math.min(lf, cr);
    if (end === -1) end = event.length;
    if (event.startsWith('data:', start))
      values.push(event.slice(start + (event.charCodeAt(start + 5) === 32 ? 6 : 5), end));
    else if (end - start === 4 && event.startsWith('data', start)) values.push('');
    if (values.length > MOST_DATA_LINES) throw new UnreadableStream('an event of too many lines');
  }
  return values;
}

/** The event with `other` in place of its data. Both have the same line ends. */
export function withData(event: string, data: string, other: string): string {
  const at = event.indexOf(data);
  if (at !== -1) return event.slice(0, at) + other + event.slice(at + data.length);
  const rest = event.split(/\r\n|\n|\r/).filter((line) => line !== '' && !/^data(?::|$)/.test(line));
  return `${[...rest, ...other.split('\n').map((line) => `data: ${line}`)].join('\n')}\n\n`;
}

/**
 * The index after the last blank line at or after `from`; 0 if there is none. Looks back three bytes, for a blank line
 * that was split.
 */
function lastEventEnd(bytes: Buffer, from: number, mixedLineEnds: boolean): number {
  if (!mixedLineEnds) {
    // Bytes that were searched are not searched again: a long event may come in any number of pieces.
    const at = bytes.subarray(from).lastIndexOf('\n\n');
    return at === -1 ? 0 : from + at + 2;
  }
  let end = 0;
  for (let i = from; i < bytes.length; i++) {
    const code = bytes[i];
    if (code !== LF && code !== CR) continue;
    const before = i === 0 ? LF : bytes[i - 1];
    if (code === LF && before === CR) {
      // The second half of a CRLF belongs to the first.
      if (end === i) end = i + 1;
    } else if ((before === LF || before === CR) && !isHalfOfCrlf(bytes, i)) {
      end = i + 1;
    }
  }
  return end;
}

/** After a CRLF, a CR at the end is the first half of another CRLF. Its event goes out with both. */
function isHalfOfCrlf(bytes: Buffer, at: number): boolean {
  return at === bytes.length - 1 && bytes[at] === CR && at > 1 && bytes[at - 1] === LF && bytes[at - 2] === CR;
}

// A minimal HTTP/1.1 reader for the benchmark's own ends of the wire: it finds where messages begin and end.

/** What a reader reports. `head` is the start line and the headers, without the blank line. */
export interface MessageEvents {
  head(text: string): void;
  body(bytes: Buffer): void;
  end(): void;
}

type State = 'head' | 'length' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer';

const BLANK_LINE = '\r\n\r\n';
const LINE_END = '\r\n';

/** Reads requests or responses from one connection, one after the other, cut anywhere. */
export class MessageReader {
  #state: State = 'head';
  #held: Buffer = Buffer.alloc(0);
  #remaining = 0;
  readonly #events: MessageEvents;

  constructor(events: MessageEvents) {
    this.#events = events;
  }

  feed(received: Buffer): void {
    let rest = this.#held.length === 0 ? received : Buffer.concat([this.#held, received]);
    this.#held = Buffer.alloc(0);
    while (rest.length > 0) {
      const used = this.#step(rest);
      if (used === 0) {
        this.#held = rest;
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** Takes one element off the front and returns its length; 0 when it is not whole yet. */
  #step(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#upTo(bytes, BLANK_LINE, (text) => this.#begin(text));
      case 'chunk-size':
        return this.#upTo(bytes, LINE_END, (text) => {
          this.#remaining = Number.parseInt(text, 16);
          this.#state = this.#remaining === 0 ? 'trailer' : 'chunk-data';
        });
      case 'chunk-end':
        return this.#upTo(bytes, LINE_END, () => (this.#state = 'chunk-size'));
      case 'trailer':
        return this.#upTo(bytes, LINE_END, (text) => {
          if (text === '') this.#finish();
        });
      case 'length':
      case 'chunk-data':
        return this.#take(bytes);
    }
  }

  #upTo(bytes: Buffer, mark: string, then: (text: string) => void): number {
    const at = bytes.indexOf(mark, 0, 'latin1');
    if (at === -1) return 0;
    then(bytes.toString('latin1', 0, at));
    return at + mark.length;
  }

  #begin(head: string): void {
    this.#events.head(head);
    const lower = head.toLowerCase();
    if (lower.includes('\r\ntransfer-encoding: chunked')) {
      this.#state = 'chunk-size';
      return;
    }
    const at = lower.indexOf('\r\ncontent-length:');
    this.#remaining = at === -1 ? 0 : Number.parseInt(lower.slice(at + '\r\ncontent-length:'.length), 10);
    if (this.#remaining === 0) this.#finish();
    else this.#state = 'length';
  }

  #take(bytes: Buffer): number {
    const length = Math.min(bytes.length, this.#remaining);
    this.#events.body(bytes.subarray(0, length));
    this.#remaining -= length;
    if (this.#remaining === 0) {
      if (this.#state === 'chunk-data') this.#state = 'chunk-end';
      else this.#finish();
    }
    return length;
  }

  #finish(): void {
    this.#state = 'head';
    this.#events.end();
  }
}

/** One event of a stream. */
export interface StreamEvent {
  /** Undefined: it has none. */
  readonly name: string | undefined;
  readonly data: string;
}

/** Reads server-sent events out of text that comes in pieces. */
export class EventReader {
  #rest = '';

  /** The events that are whole with this piece. */
  add(piece: string): StreamEvent[] {
    const blocks = (this.#rest + piece).split(/\r?\n\r?\n/);
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap(eventOf);
  }

  /** What came without an end. */
  end(): StreamEvent[] {
    return eventOf(this.#rest);
  }
}

function eventOf(block: string): StreamEvent[] {
  const lines = block.split(/\r?\n/);
  const valuesOf = (field: string): string[] =>
    lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ''));
  const data = valuesOf('data');
  return data.length === 0 ? [] : [{ name: valuesOf('event')[0], data: data.join('\n') }];
}

/** Takes the events of a response. */
export interface EventSink {
  /** An event, without its type and number. */
  send(type: string, fields: Readonly<Record<string, unknown>>): void;
  /** A piece of text. `fields` is the JSON of the event's other members, each with a comma before it. */
  delta(type: string, fields: string, text: string): void;
}

/** Writes numbered events as SSE. */
export class SseSink implements EventSink {
  #text = '';
  #number = 0;

  send(type: string, fields: Readonly<Record<string, unknown>>): void {
    const data = JSON.stringify({ type, sequence_number: this.#number++, ...fields });
    this.#text += `event: ${type}\ndata: ${data}\n\n`;
  }

  delta(type: string, fields: string, text: string): void {
    const head = `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#number++}`;
    this.#text += `${head}${fields},"delta":${JSON.stringify(text)}}\n\n`;
  }

  /** The text written since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

/** Ignores events, for answers that are written as a whole. */
export const SILENT: EventSink = { send: () => undefined, delta: () => undefined };

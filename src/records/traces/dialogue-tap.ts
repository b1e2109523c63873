import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Dialogue } from '../../core/exchange-trace.ts';
import type { Tap } from '../../core/tap.ts';
import { protocolOf } from '../../protocols/registry.ts';
import type { Protocol } from '../../protocols/protocol.ts';

/** Of an answer so much is kept. Streams say a word in a hundred bytes. */
const MOST_BYTES = 512 * 1024;

/** Keeps what goes to a client, and reads it at the end together with what was asked. Only where content is to be told. */
export class DialogueTap implements Tap {
  readonly readsRequest = true;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isCut = false;

  constructor(private readonly exchange: Exchange) {}

  /** Keeps a copy. */
  sent(bytes: Uint8Array): void {
    const room = MOST_BYTES - this.#bytes;
    if (bytes.byteLength > room) this.#isCut = true;
    if (room <= 0) return;
    const piece = new Uint8Array(bytes.subarray(0, room));
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
  }

  ended(): void {
    this.#pieces.length = 0;
  }

  /** What was asked and answered, as far as it can be read. */
  dialogue(): Dialogue {
    const { arrival, body, stream } = this.exchange;
    const client = protocolOf(arrival.protocol);
    const conversation = unlessBroken(() => client.codec.decodeRequest(body?.fields ?? {}, { stream }));
    const said = Buffer.concat(this.#pieces).toString('utf8');
    const completion = conversation && unlessBroken(() => this.#read(said, conversation, client));
    return { conversation, completion, isCut: this.#isCut };
  }

  /** The client's dialect is a backend's, too: its codec reads what it has written. */
  #read(said: string, conversation: Conversation, { codec, stream }: Protocol): Completion | undefined {
    if (said === '') return undefined;
    const model = this.exchange.askedName ?? '';
    const request = codec.encodeRequest(conversation, { model, quirks: {} });
    if (!this.exchange.stream) return request.decodeAnswer(JSON.parse(said));
    const decoder = request.decodeStream();
    const builder = new CompletionBuilder();
    for (const { name, data } of stream.framing === undefined ? eventsOf(said) : itemsOf(said)) {
      if (stream.isEnd(data)) continue;
      // What follows an event that cannot be read can be read.
      unlessBroken(() => decoder.push(JSON.parse(data), name).forEach((event) => builder.push(event)));
    }
    unlessBroken(() => decoder.end().forEach((event) => builder.push(event)));
    return builder.build();
  }
}

interface StreamItem {
  readonly name: string | undefined;
  readonly data: string;
}

/** The events of SSE as the gateway writes it. */
function* eventsOf(text: string): Generator<StreamItem> {
  for (const block of text.split(/\r?\n\r?\n/)) {
    let name: string | undefined;
    const data: string[] = [];
    for (const line of block.split(/\r?\n/)) {
      if (line.startsWith('event:')) name = line.slice('event:'.length).trim();
      else if (line.startsWith('data:')) data.push(line.slice('data:'.length).trimStart());
    }
    if (data.length > 0) yield { name, data: data.join('\n') };
  }
}

/** A stream that is one JSON array. */
function itemsOf(text: string): readonly StreamItem[] {
  const items = JSON.parse(text) as readonly unknown[];
  return items.map((item) => ({ name: undefined, data: JSON.stringify(item) }));
}

function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

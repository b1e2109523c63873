import { compact, parseObject } from '../../lib/json.ts';
import type { EventSink } from './event-sink.ts';

/** The index and id of an item. */
export interface Place {
  readonly sink: EventSink;
  readonly id: string;
  readonly outputIndex: number;
}

/** Writes one item of an output, with all its events. */
export interface ItemWriter {
  delta(text: string): void;
  /** Ends the item. Returns it as it stands in the output. */
  close(status?: 'completed' | 'incomplete'): unknown;
}

/** Writes an item that has no events of its own. */
export function wholeItem({ sink, outputIndex }: Omit<Place, 'id'>, item: unknown, atFirst: unknown = item): unknown {
  sink.send('response.output_item.added', { output_index: outputIndex, item: atFirst });
  sink.send('response.output_item.done', { output_index: outputIndex, item });
  return item;
}

/** Reasoning is written as a summary with one part, because clients show that. */
export class ReasoningWriter implements ItemWriter {
  #text = '';
  /** The signature of this item, or of the item beside it. */
  encrypted: string | undefined;
  readonly #where: Readonly<Record<string, unknown>>;
  readonly #fields: string;

  constructor(private readonly place: Place) {
    const { sink, id, outputIndex } = place;
    this.#where = { item_id: id, output_index: outputIndex, summary_index: 0 };
    this.#fields = fieldsOf(this.#where);
    sink.send('response.output_item.added', {
      output_index: outputIndex,
      item: { id, type: 'reasoning', summary: [] },
    });
  }

  delta(text: string): void {
    const { sink } = this.place;
    if (this.#text === '') {
      sink.send('response.reasoning_summary_part.added', { ...this.#where, part: { type: 'summary_text', text: '' } });
    }
    this.#text += text;
    sink.delta('response.reasoning_summary_text.delta', this.#fields, text);
  }

  close(): unknown {
    const { sink, id, outputIndex } = this.place;
    const text = this.#text;
    const part = { type: 'summary_text', text };
    if (text !== '') {
      sink.send('response.reasoning_summary_text.done', { ...this.#where, text });
      sink.send('response.reasoning_summary_part.done', { ...this.#where, part });
    }
    const item = compact({
      id,
      type: 'reasoning',
      summary: text === '' ? [] : [part],
      encrypted_content: this.encrypted,
    });
    sink.send('response.output_item.done', { output_index: outputIndex, item });
    return item;
  }
}

/** The tool and id of a call. */
export interface CallHead {
  readonly callId: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly freeform: boolean;
}

/** Writes a call of a function or of a freeform tool. */
export class CallWriter implements ItemWriter {
  #text = '';
  readonly #kind: Kind;
  readonly #where: Readonly<Record<string, unknown>>;
  readonly #fields: string;

  constructor(
    private readonly place: Place,
    private readonly head: CallHead,
  ) {
    const { sink, id, outputIndex } = place;
    this.#kind = head.freeform ? FREEFORM : FUNCTION;
    this.#where = { item_id: id, output_index: outputIndex };
    this.#fields = fieldsOf(this.#where);
    sink.send('response.output_item.added', { output_index: outputIndex, item: this.#item('in_progress') });
  }

  delta(text: string): void {
    this.#text += text;
    this.place.sink.delta(`response.${this.#kind.event}.delta`, this.#fields, text);
  }

  close(): unknown {
    const { sink, outputIndex } = this.place;
    // Clients parse the arguments of every function.
    if (this.#text === '' && !this.head.freeform) this.delta('{}');
    sink.send(`response.${this.#kind.event}.done`, { ...this.#where, [this.#kind.field]: this.#text });
    const item = this.#item('completed');
    sink.send('response.output_item.done', { output_index: outputIndex, item });
    return item;
  }

  #item(status: string): unknown {
    const { callId, name, namespace } = this.head;
    const { type, field } = this.#kind;
    return compact({ id: this.place.id, type, status, call_id: callId, name, namespace, [field]: this.#text });
  }
}

interface Kind {
  readonly type: string;
  readonly event: string;
  readonly field: string;
}

const FUNCTION: Kind = { type: 'function_call', event: 'function_call_arguments', field: 'arguments' };
const FREEFORM: Kind = { type: 'custom_tool_call', event: 'custom_tool_call_input', field: 'input' };

/** Writes a client's search for tools. Its arguments are an object, so they do not come in pieces. */
export class ToolSearchWriter implements ItemWriter {
  #text = '';

  constructor(
    private readonly place: Place,
    private readonly callId: string,
  ) {}

  delta(text: string): void {
    this.#text += text;
  }

  close(): unknown {
    const head = { id: this.place.id, type: 'tool_search_call', call_id: this.callId, execution: 'client' };
    const args = parseObject(this.#text) ?? {};
    const item = { ...head, status: 'completed', arguments: args };
    return wholeItem(this.place, item, { ...head, status: 'in_progress', arguments: {} });
  }
}

/** Members of an event as JSON, to be continued. */
export function fieldsOf(members: Readonly<Record<string, unknown>>): string {
  return `,${JSON.stringify(members).slice(1, -1)}`;
}

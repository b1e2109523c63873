import { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent, PartHead } from '../../core/event.ts';
import { asArray, asNumber, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import type { StreamDecoder } from '../codec.ts';
import { decodeFinish } from './finish.ts';
import { callItem, wholeItem } from './read-call.ts';
import { messageItem } from './read-message.ts';
import { reasoningItem } from './read-reasoning.ts';
import type { Emitter, ItemReader } from './text-track.ts';
import { readUsage } from './usage.ts';

/**
 * Follows a streamed response. An item that is told more than once, in pieces and then whole, is read once: of the
 * whole one only what the pieces left out. So an upstream may leave out whatever kind of event it likes.
 */
export class ResponsesStreamDecoder implements StreamDecoder, Emitter {
  readonly model: string;
  readonly #items = new Map<number, { id: string | undefined; reader: ItemReader }>();
  #out: AnswerEvent[] = [];
  #parts = 0;
  /** The text or reasoning under way. */
  #exclusive: { end(): void } | undefined;
  /** Items seen so far, whatever their index was. */
  #count = 0;
  #isStarted = false;
  #isFinished = false;
  #hasCall = false;
  #hasMessage = false;
  #hasRefusal = false;

  constructor(
    model: string,
    readonly work = new AnswerWork(),
  ) {
    this.model = model;
  }

  push(event: unknown): readonly AnswerEvent[] {
    const fields = asObject(event);
    if (fields === undefined || this.#isFinished) return NONE;
    this.#out = [];
    this.#see(fields);
    return this.#out;
  }

  end(): readonly AnswerEvent[] {
    if (this.#isFinished) return NONE;
    this.#out = [];
    this.#finish({});
    return this.#out;
  }

  open(head: PartHead, track: { end(): void }): number {
    this.#start({});
    // Only calls may go on beside each other.
    this.#exclusive?.end();
    this.#exclusive = head.part === 'tool_call' ? undefined : track;
    if (head.part === 'tool_call') this.#hasCall = true;
    if (head.part === 'refusal') this.#hasRefusal = true;
    const index = this.#parts++;
    this.#out.push({ type: 'part_start', index, ...head });
    return index;
  }

  emit(event: AnswerEvent): void {
    this.#out.push(event);
  }

  whole(part: Extract<AnswerEvent, { type: 'whole' }>['part']): void {
    this.#start({});
    this.#exclusive?.end();
    this.#exclusive = undefined;
    this.#out.push({ type: 'whole', index: this.#parts++, part });
  }

  #see(event: JsonObject): void {
    switch (event['type']) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        this.#start(asObject(event['response']) ?? {});
        break;
      case 'response.output_item.added':
        this.#added(event);
        break;
      case 'response.output_item.done':
        this.#done(outputIndexOf(event), asObject(event['item']));
        break;
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(asObject(event['response']) ?? {});
        break;
      default:
        this.#items.get(outputIndexOf(event))?.reader.piece(event);
    }
  }

  #start(response: JsonObject): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const [id, model, createdAt] = [response['id'], response['model'], asNumber(response['created_at'])];
    const start = { type: 'start', id: asWord(id), model: asWord(model) } as const;
    this.#out.push(createdAt === undefined ? start : { ...start, createdAt });
  }

  #added(event: JsonObject): void {
    const item = asObject(event['item']);
    if (item !== undefined) this.#reader(outputIndexOf(event), item)?.begin(item);
  }

  #done(index: number, item: JsonObject | undefined): void {
    if (item === undefined) return;
    this.#reader(index, item)?.done(item);
  }

  /** The reader of an item; undefined for one that has been read to its end. An index may be used again for another item. */
  #reader(index: number, item: JsonObject): ItemReader | undefined {
    const known = this.#items.get(index);
    const id = asWord(item['id']) ?? asWord(item['call_id']);
    // Some backends give an item another id in each event; then its kind tells whether it is the same.
    if (known !== undefined && (known.id === id || (known.reader.type === item['type'] && !known.reader.isDone))) {
      return known.reader.isDone ? undefined : known.reader;
    }
    known?.reader.end();
    this.work.keep();
    this.work.keepText(id ?? '');
    this.#count++;
    const reader = this.#readerFor(item);
    this.#items.set(index, { id, reader });
    return reader;
  }

  #readerFor(item: JsonObject): ItemReader {
    switch (item['type']) {
      case 'message': {
        const isFurther = this.#hasMessage;
        this.#hasMessage = true;
        return messageItem(this, isFurther);
      }
      case 'reasoning':
        return reasoningItem(this, item);
      case 'function_call':
      case 'custom_tool_call':
        return callItem(this, item);
      default:
        return wholeItem(this, asString(item['type']) ?? '');
    }
  }

  #finish(response: JsonObject): void {
    this.#start(response);
    // Of the whole output what is new: items that no event told of, or not to their end.
    const seen = this.#count;
    for (const [index, item] of asArray(response['output']).entries()) {
      if (index >= seen || this.#items.get(index)?.reader.isDone === false) this.#done(index, asObject(item));
    }
    for (const { reader } of this.#items.values()) reader.end();
    const usage = readUsage(response);
    if (usage !== undefined) this.#out.push({ type: 'usage', usage });
    const contents = { hasCall: this.#hasCall, hasRefusal: this.#hasRefusal };
    this.#out.push({ type: 'finish', finish: decodeFinish(response, contents) });
    this.#isFinished = true;
  }
}

const NONE: readonly AnswerEvent[] = [];

function outputIndexOf(event: JsonObject): number {
  return asNumber(event['output_index']) ?? 0;
}

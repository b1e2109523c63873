import { AnswerWork } from '../../core/answer-work.ts';
import { mergeUsage } from '../../core/merge-usage.ts';
import type { Usage } from '../../core/record.ts';
import type { AnswerEvent, PartHead } from '../../core/event.ts';
import { asCount, asId, asIndex, asList, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { MalformedAnswer, type StreamDecoder } from '../codec.ts';
import { decodeFinish } from './finish.ts';
import { callItem, wholeItem } from './read-call.ts';
import { messageItem } from './read-message.ts';
import { reasoningItem } from './read-reasoning.ts';
import type { Emitter, ItemReader } from './text-track.ts';
import { readUsage } from './usage.ts';

/**
 * Reads a streamed response. An item that comes in pieces and then as a whole is read once: of the whole only what the
 * pieces lack. So an upstream may leave out any kind of event.
 */
export class ResponsesStreamDecoder implements StreamDecoder, Emitter {
  readonly model: string;
  /** The last item of each index. */
  readonly #items = new Map<number, Item>();
  readonly #byId = new Map<string | undefined, Item>();
  /** All items, in the order of their beginning. */
  readonly #all: Item[] = [];
  #out: AnswerEvent[] = [];
  #parts = 0;
  /** The current text or reasoning. */
  #exclusive: { end(): void } | undefined;
  /** Pieces came of a call that has not begun. The call must come as a whole. */
  readonly #nameless = new Set<string>();
  #usage: Usage | undefined;
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

  push(event: unknown, name?: string): readonly AnswerEvent[] {
    const fields = asObject(event);
    if (fields === undefined || this.#isFinished) return NONE;
    this.#out = [];
    this.#see(fields, asWord(fields['type']) ?? name);
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
    // Only calls may overlap.
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

  #see(event: JsonObject, type: string | undefined): void {
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        this.#start(asObject(event['response']) ?? {});
        this.#usage = mergeUsage(this.#usage, readUsage(event));
        break;
      case 'response.output_item.added':
        this.#added(event);
        break;
      case 'response.output_item.done':
        this.#done(this.#indexOf(event), asObject(event['item']));
        break;
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(asObject(event['response']) ?? {});
        break;
      default:
        if (type !== undefined) this.#piece(event['type'] === undefined ? { ...event, type } : event, type);
    }
  }

  /** Takes an event about an item. A text or thought that has not begun begins here. */
  #piece(event: JsonObject, type: string): void {
    const index = this.#indexOf(event);
    const known = this.#items.get(index)?.reader;
    const kind = kindOf(type, asObject(event['part']));
    const isNew =
      kind !== undefined && (known === undefined || known.type !== kind || (known.isDone && type.endsWith('.delta')));
    if (!isNew) {
      known?.piece(event);
    } else if (kind === 'message' || kind === 'reasoning') {
      this.#begin(index, { type: kind, id: event['item_id'] }).piece(event);
    } else if (!this.#nameless.has(String(index))) {
      this.work.keep();
      this.#nameless.add(String(index));
    }
  }

  #start(response: JsonObject): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const [id, model, at] = [response['id'], response['model'], response['created_at']];
    const createdAt = asIndex(at) ?? asCount(at);
    const start = { type: 'start', id: asId(id), model: asWord(model) } as const;
    this.#out.push(createdAt === undefined ? start : { ...start, createdAt });
  }

  #added(event: JsonObject): void {
    const item = asObject(event['item']);
    if (item !== undefined) this.#reader(this.#indexOf(event), item)?.begin(item);
  }

  #done(index: number, item: JsonObject | undefined): void {
    if (item === undefined) return;
    this.#reader(index, item)?.done(item);
  }

  /** The reader of an item; undefined if the item has been read completely. Another item may reuse an index. */
  #reader(index: number, item: JsonObject): ItemReader | undefined {
    const known = this.#items.get(index);
    const id = idOf(item);
    // Some backends give an item a new id in each event. Then its type identifies it.
    if (known !== undefined && (known.id === id || (known.reader.type === item['type'] && !known.reader.isDone))) {
      return known.reader.isDone ? undefined : known.reader;
    }
    return this.#begin(index, item);
  }

  #begin(index: number, item: JsonObject, isMatched = false): ItemReader {
    this.#items.get(index)?.reader.end();
    const id = idOf(item);
    this.work.keep();
    this.work.keepText(id ?? '');
    const reader = this.#readerFor(item);
    const begun: Item = { index, id, reader, isMatched };
    this.#items.set(index, begun);
    this.#byId.set(id, begun);
    this.#all.push(begun);
    this.#nameless.delete(String(index));
    return reader;
  }

  /** Some backends leave out the index. Then the item's id identifies it, or it is the last one. */
  #indexOf(event: JsonObject): number {
    const index = asIndex(event['output_index']);
    if (index !== undefined) return index;
    const item = asObject(event['item']);
    const id = asId(event['item_id']) ?? idOf(item ?? {});
    const last = this.#all.at(-1);
    const known = id === undefined ? undefined : this.#byId.get(id);
    if (known !== undefined) return known.index;
    if (item === undefined) return last?.index ?? 0;
    const isLast = last?.reader.isDone === false && last.reader.type === item['type'];
    return isLast ? last.index : this.#all.length;
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

  /**
   * The new items of the whole output: those without events, or without their last events. Its id, its index or its
   * type identifies an item, because some backends change ids or repeat indexes.
   */
  #readRest(output: readonly JsonObject[]): void {
    const unmatched = Map.groupBy(this.#all.toReversed(), ({ reader }) => reader.type);
    for (const [index, item] of output.entries()) {
      const found = [this.#byId.get(idOf(item)), this.#items.get(index)].find(
        (one) => one?.isMatched === false && one.reader.type === item['type'],
      );
      const known = found ?? nextOf(unmatched.get(asString(item['type']) ?? ''));
      if (known !== undefined) known.isMatched = true;
      if (known === undefined || (known.reader.isDone && known.reader.isSilent)) {
        this.#begin(this.#all.length, item, true).done(item);
      } else if (!known.reader.isDone) {
        known.reader.done(item);
        this.#nameless.delete(String(known.index));
      }
      this.#nameless.delete(String(index));
    }
  }

  #finish(response: JsonObject): void {
    this.#start(response);
    this.#readRest(asList(response['output']).map((item) => asObject(item) ?? {}));
    if (this.#nameless.size > 0) throw new MalformedAnswer('pieces of a call that nobody has named');
    for (const { reader } of this.#items.values()) reader.end();
    const usage = mergeUsage(this.#usage, readUsage(response));
    if (usage !== undefined) this.#out.push({ type: 'usage', usage });
    const contents = { hasCall: this.#hasCall, hasRefusal: this.#hasRefusal };
    this.#out.push({ type: 'finish', finish: decodeFinish(response, contents) });
    this.#isFinished = true;
  }
}

/** An item that has begun. */
interface Item {
  readonly index: number;
  readonly id: string | undefined;
  readonly reader: ItemReader;
  /** It belongs to the whole output. */
  isMatched: boolean;
}

const NONE: readonly AnswerEvent[] = [];

function idOf(item: JsonObject): string | undefined {
  return asId(item['id']) ?? asId(item['call_id']);
}

/** The first item that is not yet matched to the whole output, from a reversed list. Removes those before it. */
function nextOf(items: Item[] | undefined): Item | undefined {
  for (let item = items?.pop(); item !== undefined; item = items?.pop()) if (!item.isMatched) return item;
  return undefined;
}

/** The type of item that an event of this type is about, if the event has content. */
function kindOf(type: string, part: JsonObject | undefined): string | undefined {
  if (/^response\.(?:output_text|refusal)\./.test(type)) return 'message';
  if (type.startsWith('response.reasoning_')) return 'reasoning';
  if (type === 'response.content_part.done') return part?.['type'] === 'reasoning_text' ? 'reasoning' : 'message';
  if (type.startsWith('response.function_call_arguments.')) return 'function_call';
  return type.startsWith('response.custom_tool_call_input.') ? 'custom_tool_call' : undefined;
}

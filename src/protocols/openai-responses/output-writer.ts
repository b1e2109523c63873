import type { AnswerWork } from '../../core/answer-work.ts';
import type { Conversation, Tool } from '../../core/conversation.ts';
import type { AnswerEvent, PartStartEvent, SignatureEvent, WholeEvent } from '../../core/event.ts';
import type { Signature } from '../../core/part.ts';
import { Sequence } from '../../core/sequence.ts';
import { type Attachment, markSignature, type ReasoningTraits } from '../../core/signature.ts';
import { asObject, asWord } from '../../lib/json.ts';
import type { EventSink } from './event-sink.ts';
import {
  CallWriter,
  type ItemWriter,
  type Place,
  ReasoningWriter,
  ToolSearchWriter,
  wholeItem,
} from './item-writers.ts';
import { MessageWriter } from './message-writer.ts';
import { mediaAsText } from '../shared/media/as-text.ts';
import { NAME } from './name.ts';
import { isToolSearch, namespaceOf } from './namespaces.ts';

type CallStart = Extract<PartStartEvent, { part: 'tool_call' }>;

/** What an output is written with. */
export interface OutputContext {
  readonly conversation: Conversation;
  readonly sink: EventSink;
  readonly newId: (prefix: string) => string;
  /** Keeps items that the client may refer to later. */
  readonly keep: ((id: string, json: string) => void) | undefined;
  /** Limits what is repeated at the end: the whole output. */
  readonly work: AnswerWork;
}

/**
 * Writes the parts of an answer as items, and collects them. A message stays open until something else comes: the next
 * text belongs to it, and probabilities may be late.
 */
export class OutputWriter {
  readonly output: unknown[] = [];
  hasRefusal = false;
  readonly #sequence: Sequence;
  readonly #tools: ReadonlyMap<string, Tool>;
  #message: MessageWriter | undefined;
  #item: ItemWriter | undefined;
  /** Further facts about the current reasoning. */
  #traits: ReasoningTraits = {};
  /** A call that has begun. Its signature may come next, and belongs before it. */
  #call: CallStart | undefined;
  /** The signature of the current text. */
  #textSignature: Signature | undefined;

  constructor(private readonly context: OutputContext) {
    this.#sequence = new Sequence(context.work);
    this.#tools = new Map(context.conversation.tools.map((tool) => [tool.name, tool]));
  }

  push(event: AnswerEvent): void {
    for (const next of this.#sequence.push(event)) this.#write(next);
  }

  /** Ends everything that is open. */
  close(status: 'completed' | 'incomplete'): void {
    this.#beginCall();
    this.#endItem();
    this.#endMessage(status);
  }

  #write(event: AnswerEvent): void {
    if (this.#call !== undefined && event.type !== 'signature' && 'index' in event) this.#beginCall();
    this.context.work.keepEvent(event);
    switch (event.type) {
      case 'part_start':
        this.#begin(event);
        break;
      case 'delta':
        (this.#item ?? this.#message)?.delta(event.text);
        break;
      case 'citation':
        this.#message?.citation(event.citation);
        break;
      case 'logprobs':
        this.#message?.logprobs(event.logprobs);
        break;
      case 'signature':
        this.#sign(event);
        break;
      case 'part_end':
        this.#end();
        break;
      case 'whole':
        this.#whole(event);
        break;
      default:
    }
  }

  #begin(head: PartStartEvent): void {
    switch (head.part) {
      case 'text':
      case 'refusal':
        this.hasRefusal ||= head.part === 'refusal';
        if (head.ownMessage === true) this.#endMessage();
        this.#message ??= new MessageWriter(this.#place('msg'));
        this.#message.begin(head.part);
        break;
      case 'tool_call':
        this.#endMessage();
        this.#call = head;
        break;
      case 'reasoning':
        this.#endMessage();
        this.#traits = head;
        this.#item = new ReasoningWriter({ ...this.#place('rs'), ...(isItemId(head.id) ? { id: head.id } : {}) });
    }
  }

  #beginCall(): void {
    const head = this.#call;
    if (head === undefined) return;
    this.#call = undefined;
    const tool = this.#tools.get(head.name);
    if (isToolSearch(tool)) {
      this.#item = new ToolSearchWriter(this.#place('tsc'), head.id);
      return;
    }
    const freeform = head.freeform ?? false;
    const namespace = namespaceOf(tool);
    this.#item = new CallWriter(this.#place(freeform ? 'ctc' : 'fc'), {
      callId: head.id,
      name: namespace?.tool ?? head.name,
      namespace: namespace?.name,
      freeform,
    });
  }

  #sign({ signature }: SignatureEvent): void {
    if (this.#item instanceof ReasoningWriter) {
      this.#item.encrypted =
        signature.protocol === NAME ? signature.value : markSignature(signature, undefined, this.#traits);
    } else if (this.#call !== undefined) {
      this.#signature(signature, 'next');
      this.#beginCall();
    } else if (this.#item === undefined) {
      this.#textSignature = signature;
    }
  }

  /** A signature of something that has no field for it becomes an item of its own beside it. */
  #signature(signature: Signature, attachment: Attachment): void {
    const writer = new ReasoningWriter(this.#place('rs'));
    writer.encrypted = markSignature(signature, attachment);
    this.#add(writer.close());
  }

  #end(): void {
    if (this.#item !== undefined) {
      this.#endItem();
      return;
    }
    const signature = this.#textSignature;
    if (signature === undefined) return;
    this.#textSignature = undefined;
    this.#endMessage();
    this.#signature(signature, 'previous');
  }

  #endItem(): void {
    const item = this.#item;
    this.#item = undefined;
    if (item !== undefined) this.#add(item.close());
  }

  #endMessage(status?: 'completed' | 'incomplete'): void {
    const message = this.#message;
    this.#message = undefined;
    if (message !== undefined) this.#add(message.close(status));
  }

  #whole({ index, part }: WholeEvent): void {
    if (part.type === 'native') {
      if (part.protocol !== NAME) return;
      this.#endMessage();
      this.#add(wholeItem(this.#place('item'), part.value));
      return;
    }
    // Only images have an item, and it holds their bytes. A link stands in for anything else.
    if (part.source.from === 'base64' && part.kind !== 'image') return;
    if (part.source.from !== 'base64') {
      this.#begin({ type: 'part_start', index, part: 'text', ownMessage: true });
      this.#message?.delta(mediaAsText(part));
      return;
    }
    this.#endMessage();
    const place = this.#place('ig');
    const head = { id: place.id, type: 'image_generation_call' };
    const { mediaType, data } = part.source;
    const item = { ...head, status: 'completed', result: data, output_format: mediaType.slice('image/'.length) };
    this.#add(wholeItem(place, item, { ...head, status: 'in_progress', result: null }));
  }

  #add(item: unknown): void {
    this.output.push(item);
    const id = asWord(asObject(item)?.['id']);
    if (id !== undefined) this.context.keep?.(id, JSON.stringify(item));
  }

  #place(prefix: string): Place {
    return { sink: this.context.sink, id: this.context.newId(prefix), outputIndex: this.output.length };
  }
}

/** An id that this dialect may have given to a reasoning item. */
function isItemId(id: string | undefined): id is string {
  return id?.startsWith('rs_') === true;
}

import { AnswerWork } from '../../core/answer-work.ts';
import type { Finish } from '../../core/completion.ts';
import type { AnswerEvent, PartStartEvent } from '../../core/event.ts';
import type { Citation, Signature } from '../../core/part.ts';
import type { Usage } from '../../core/record.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply, StreamEncoder } from '../codec.ts';
import { BREAK, TextBreaks } from '../shared/texts/breaks.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { encodeCitation } from './citations.ts';
import { encodeAnswerCall, encodeShown, hasFunctions, headOf, type Head } from './encode-answer.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeDetail, encodeTextSignature } from './reasoning-details.ts';
import { writeUsage } from './usage.ts';

/** The current part. */
interface OpenPart {
  readonly head: PartStartEvent;
  /** Of a call: its index among the calls. */
  readonly call: number;
  /** Of a text: where in the message it begins. */
  start: number;
  /** Of reasoning: all of its text, for the entry with its signature. */
  text: string;
  signature: Signature | undefined;
  citations: Citation[] | undefined;
}

/** Writes `chat.completion.chunk`s, as events without a name. */
export class ChatStreamEncoder implements StreamEncoder {
  readonly #out: ChunkWriter;
  readonly #isLegacy: boolean;
  #head: Head;
  readonly #parts = new Map<number, OpenPart>();
  /** A call that has begun and is not sent yet: its signature may follow and belongs into its first chunk. */
  #unsaid: OpenPart | undefined;
  #calls = 0;
  #textLength = 0;
  readonly #breaks = new TextBreaks();
  #hasRefusal = false;
  readonly #annotations: JsonObject[] = [];
  #details = 0;
  #images = 0;
  #usage: Usage | undefined;
  readonly #work: AnswerWork;

  constructor(private readonly reply: Reply) {
    this.#work = reply.work ?? new AnswerWork();
    this.#isLegacy = hasFunctions(reply);
    this.#out = new ChunkWriter(reply.conversation.wantsUsage);
    this.#head = headOf({ id: undefined, model: undefined }, reply);
    this.#out.head = this.#head;
  }

  push(event: AnswerEvent): string {
    const unsaid = this.#unsaid === undefined ? '' : this.#sayCall(event);
    return unsaid === '' ? this.#write(event) : unsaid + this.#write(event);
  }

  end(): string {
    const unsaid = this.#sayCall(undefined);
    const wanted = this.reply.conversation.wantsUsage ? this.#usage : undefined;
    return `${unsaid}${wanted === undefined ? '' : this.#out.usage(writeUsage(wanted))}data: [DONE]\n\n`;
  }

  #write(event: AnswerEvent): string {
    switch (event.type) {
      case 'delta':
        return this.#delta(event.index, event.text);
      case 'start':
        this.#head = headOf(event, this.reply);
        this.#out.head = this.#head;
        return '';
      case 'part_start':
        this.#begin(event);
        return '';
      case 'part_end':
        return this.#end(event.index);
      case 'signature':
        this.#sign(event.index, event.signature);
        return '';
      case 'citation':
        this.#work.keepEvent(event);
        this.#cite(event.index, event.citation);
        return '';
      case 'whole': {
        this.#breaks.other();
        const shown = encodeShown(event.part, this.#head);
        return shown === undefined ? '' : this.#out.chunk(this.#numbered(shown));
      }
      case 'logprobs':
        return this.#out.choice({ logprobs: encodeLogprobs(event.logprobs) });
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'finish':
        return this.#finish(event.finish);
    }
  }

  #begin(head: PartStartEvent): void {
    this.#work.keepEvent(head);
    const call = head.part === 'tool_call' ? this.#calls++ : 0;
    const part = { head, call, start: this.#textLength, text: '', signature: undefined, citations: undefined };
    this.#parts.set(head.index, part);
    if (head.part === 'tool_call') this.#unsaid = part;
    if (head.part === 'text') this.#breaks.begin(head.ownMessage);
    else this.#breaks.other();
  }

  /** Nearly all of a stream: the chunk is written around the text. */
  #delta(index: number, text: string): string {
    const part = this.#parts.get(index);
    if (part === undefined) return '';
    if (part.head.part === 'text') return this.#say(part, text);
    const json = JSON.stringify(text);
    switch (part.head.part) {
      case 'reasoning':
        this.#work.keepText(text);
        part.text += text;
        return this.#out.raw(`{"reasoning_content":${json}}`);
      case 'refusal':
        this.#hasRefusal = true;
        return this.#out.raw(`{"refusal":${json}}`);
      case 'tool_call': {
        if (this.#isLegacy) return part.call === 0 ? this.#out.raw(`{"function_call":{"arguments":${json}}}`) : '';
        const more = part.head.freeform === true ? `"custom":{"input":${json}}` : `"function":{"arguments":${json}}`;
        return this.#out.raw(`{"tool_calls":[{"index":${part.call},${more}}]}`);
      }
    }
  }

  #say(part: OpenPart, text: string): string {
    const isBroken = this.#breaks.isDueBefore(text);
    if (isBroken) {
      this.#textLength += BREAK.length;
      part.start = this.#textLength;
    }
    this.#textLength += text.length;
    return this.#out.role('') + this.#out.raw(`{"content":${JSON.stringify(isBroken ? BREAK + text : text)}}`);
  }

  /** Sends the beginning of the waiting call: with the signature, if `next` is one. */
  #sayCall(next: AnswerEvent | undefined): string {
    const part = this.#unsaid;
    if (part?.head.part !== 'tool_call') return '';
    this.#unsaid = undefined;
    const { id, name, freeform, index } = part.head;
    // The legacy field holds one call.
    if (this.#isLegacy) return part.call === 0 ? this.#out.chunk({ function_call: { name, arguments: '' } }) : '';
    const signature = next?.type === 'signature' && next.index === index ? next.signature : undefined;
    const call = encodeAnswerCall({ type: 'tool_call', id, name, arguments: '', freeform, signature });
    return this.#out.chunk({ tool_calls: [{ index: part.call, ...call }] });
  }

  #sign(index: number, signature: Signature): void {
    const part = this.#parts.get(index);
    if (part !== undefined && part.head.part !== 'tool_call') part.signature = signature;
  }

  /** The end of a cited text is known only at its end. */
  #cite(index: number, citation: Citation): void {
    const part = this.#parts.get(index);
    if (part !== undefined) (part.citations ??= []).push(citation);
  }

  #end(index: number): string {
    const part = this.#parts.get(index);
    if (part === undefined) return '';
    this.#parts.delete(index);
    for (const citation of part.citations ?? []) {
      const annotation = encodeCitation(citation, { start: part.start, end: this.#textLength });
      if (annotation !== undefined) this.#annotations.push(annotation);
    }
    const detail = this.#detailOf(part);
    if (detail === undefined) return '';
    this.#details++;
    return this.#out.chunk({ reasoning_details: [detail] });
  }

  #detailOf({ head, text, signature }: OpenPart): JsonObject | undefined {
    if (signature === undefined) return undefined;
    if (head.part === 'text') return encodeTextSignature(signature, this.#details);
    if (head.part !== 'reasoning') return undefined;
    const { redacted, id } = head;
    return encodeDetail({ type: 'reasoning', text, signature, redacted, id }, this.#details);
  }

  #finish(finish: Finish): string {
    // All at once, as OpenAI does: its SDKs cannot merge a list from several deltas.
    const annotations = this.#annotations.length === 0 ? '' : this.#out.chunk({ annotations: this.#annotations });
    const reason = encodeFinish(finish, { calls: this.#calls > 0, refusal: this.#hasRefusal });
    const word = this.#isLegacy && reason === 'tool_calls' ? 'function_call' : reason;
    return annotations + this.#out.choice({ finish_reason: word });
  }

  /** OpenRouter numbers the images of a stream. */
  #numbered(shown: JsonObject): JsonObject {
    const images = shown['images'] as JsonObject[] | undefined;
    return images === undefined ? shown : { images: images.map((image) => ({ ...image, index: this.#images++ })) };
  }
}

import type { Finish } from '../../core/completion.ts';
import type { AnswerEvent, PartStartEvent } from '../../core/event.ts';
import type { Citation, Signature } from '../../core/part.ts';
import type { Usage } from '../../core/record.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply, StreamEncoder } from '../codec.ts';
import { sseEvent } from '../fields.ts';
import { encodeAnnotation } from './citations.ts';
import { encodeAnswerCall, encodeShown, hasFunctions, headOf, type Head } from './encode-answer.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeDetail, encodeTextSignature } from './reasoning-details.ts';
import { writeUsage } from './usage.ts';

/** A part under way. */
interface OpenPart {
  readonly head: PartStartEvent;
  /** Of a call: its number among the calls. */
  readonly call: number;
  /** Of a text: where in the message it begins. */
  readonly start: number;
  /** Of reasoning: all of it, for the entry that its signature will stand in. */
  text: string;
  signature: Signature | undefined;
}

/** Writes `chat.completion.chunk`s, as events without a name. */
export class ChatStreamEncoder implements StreamEncoder {
  readonly #wantsUsage: boolean;
  readonly #isLegacy: boolean;
  #head: Head;
  /** What stands before and after a chunk's delta. */
  #before = '';
  #after = '';
  #hasRole = false;
  readonly #parts = new Map<number, OpenPart>();
  /** A call that has begun and not been told: its signature may follow, and belongs into its first chunk. */
  #unsaid: OpenPart | undefined;
  #calls = 0;
  #textLength = 0;
  #hasRefusal = false;
  readonly #annotations: JsonObject[] = [];
  readonly #citations: { readonly citation: Citation; readonly part: OpenPart }[] = [];
  #details = 0;
  #images = 0;
  #usage: Usage | undefined;

  constructor(private readonly reply: Reply) {
    this.#wantsUsage = reply.conversation.wantsUsage;
    this.#isLegacy = hasFunctions(reply);
    this.#head = headOf({ id: undefined, model: undefined }, reply);
    this.#setHead();
  }

  push(event: AnswerEvent): string {
    const unsaid = this.#unsaid === undefined ? '' : this.#sayCall(event);
    return unsaid === '' ? this.#write(event) : unsaid + this.#write(event);
  }

  end(): string {
    const unsaid = this.#unsaid === undefined ? '' : this.#sayCall(undefined);
    const usage =
      this.#wantsUsage && this.#usage !== undefined
        ? sseEvent({ ...this.#chunkHead(), choices: [], usage: writeUsage(this.#usage) })
        : '';
    return `${unsaid}${usage}data: [DONE]\n\n`;
  }

  #write(event: AnswerEvent): string {
    switch (event.type) {
      case 'delta':
        return this.#delta(event.index, event.text);
      case 'start':
        this.#head = headOf(event, this.reply);
        this.#setHead();
        return '';
      case 'part_start':
        return this.#begin(event);
      case 'part_end':
        return this.#end(event.index);
      case 'signature':
        return this.#sign(event.index, event.signature);
      case 'citation':
        this.#cite(event.index, event.citation);
        return '';
      case 'whole': {
        const shown = encodeShown(event.part, this.#head);
        return shown === undefined ? '' : this.#chunk(this.#numbered(shown));
      }
      case 'logprobs':
        return this.#role(true) + sseEvent(this.#choice({}, { logprobs: encodeLogprobs(event.logprobs) }));
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'finish':
        return this.#finish(event.finish);
    }
  }

  #begin(head: PartStartEvent): string {
    const isCall = head.part === 'tool_call';
    const part = { head, call: isCall ? this.#calls++ : 0, start: this.#textLength, text: '', signature: undefined };
    this.#parts.set(head.index, part);
    if (!isCall) return '';
    this.#unsaid = part;
    return this.#role(false);
  }

  /** Nearly all of a stream: the chunk is put together around the text. */
  #delta(index: number, text: string): string {
    const part = this.#parts.get(index);
    if (part === undefined) return '';
    const json = JSON.stringify(text);
    switch (part.head.part) {
      case 'text':
        this.#textLength += text.length;
        return `${this.#role(true)}${this.#before}{"content":${json}}${this.#after}`;
      case 'reasoning':
        part.text += text;
        return `${this.#role(false)}${this.#before}{"reasoning_content":${json}}${this.#after}`;
      case 'refusal':
        this.#hasRefusal = true;
        return `${this.#role(false)}${this.#before}{"refusal":${json}}${this.#after}`;
      case 'tool_call': {
        if (this.#isLegacy) return `${this.#before}{"function_call":{"arguments":${json}}}${this.#after}`;
        const fragment =
          part.head.freeform === true ? `"custom":{"input":${json}}` : `"function":{"arguments":${json}}`;
        return `${this.#before}{"tool_calls":[{"index":${part.call},${fragment}}]}${this.#after}`;
      }
    }
  }

  /** Tells the beginning of the call that waits, now that `next` is here: its signature, or anything else. */
  #sayCall(next: AnswerEvent | undefined): string {
    const part = this.#unsaid;
    if (part?.head.part !== 'tool_call') return '';
    const signature = next?.type === 'signature' && next.index === part.head.index ? next.signature : undefined;
    this.#unsaid = undefined;
    const { id, name, freeform } = part.head;
    if (this.#isLegacy) return this.#chunk({ function_call: { name, arguments: '' } });
    const call = encodeAnswerCall({ type: 'tool_call', id, name, arguments: '', freeform, signature });
    return this.#chunk({ tool_calls: [{ index: part.call, ...call }] });
  }

  #sign(index: number, signature: Signature): string {
    const part = this.#parts.get(index);
    if (part === undefined || part.head.part === 'tool_call') return '';
    part.signature = signature;
    return '';
  }

  #end(index: number): string {
    const part = this.#parts.get(index);
    if (part === undefined) return '';
    this.#parts.delete(index);
    this.#tellCitations(part);
    const { head, text, signature } = part;
    if (signature === undefined) return '';
    const detail =
      head.part === 'reasoning'
        ? encodeDetail({ type: 'reasoning', text, signature, redacted: head.redacted, id: head.id }, this.#details)
        : encodeTextSignature(signature, this.#details);
    if (detail === undefined) return '';
    this.#details++;
    return this.#role(false) + this.#chunk({ reasoning_details: [detail] });
  }

  #cite(index: number, citation: Citation): void {
    const part = this.#parts.get(index);
    if (part !== undefined) this.#citations.push({ citation, part });
  }

  /** Where a cited text ends is known at its end. */
  #tellCitations(part: OpenPart): void {
    for (const { citation, part: cited } of this.#citations) {
      if (cited !== part) continue;
      const annotation = encodeAnnotation(citation, { start: part.start, end: this.#textLength });
      if (annotation !== undefined) this.#annotations.push(annotation);
    }
    if (this.#parts.size === 0) this.#citations.length = 0;
  }

  #finish(finish: Finish): string {
    // All at once, as OpenAI does: its SDKs cannot put together a list that comes in several deltas.
    const annotations = this.#annotations.length === 0 ? '' : this.#chunk({ annotations: this.#annotations });
    const reason = encodeFinish(finish, { calls: this.#calls > 0, refusal: this.#hasRefusal });
    const word = this.#isLegacy && reason === 'tool_calls' ? 'function_call' : reason;
    return this.#role(true) + annotations + sseEvent(this.#choice({}, { finish_reason: word }));
  }

  /** The chunk with the role, before all others. Content that may never come is null. */
  #role(isText: boolean): string {
    if (this.#hasRole) return '';
    this.#hasRole = true;
    return this.#chunk({ role: 'assistant', content: isText ? '' : null, refusal: null });
  }

  /** OpenRouter numbers the images of a stream. */
  #numbered(shown: JsonObject): JsonObject {
    const images = shown['images'] as JsonObject[] | undefined;
    return images === undefined ? shown : { images: images.map((image) => ({ ...image, index: this.#images++ })) };
  }

  #chunk(delta: JsonObject): string {
    const role = delta['role'] === undefined ? this.#role(false) : '';
    return `${role}${this.#before}${JSON.stringify(delta)}${this.#after}`;
  }

  #choice(delta: JsonObject, more: JsonObject): JsonObject {
    const choice = { index: 0, delta, logprobs: null, finish_reason: null, ...more };
    return { ...this.#chunkHead(), choices: [choice], ...(this.#wantsUsage ? { usage: null } : {}) };
  }

  #chunkHead(): JsonObject {
    const { id, created, model } = this.#head;
    return { id, object: 'chat.completion.chunk', created, model };
  }

  #setHead(): void {
    const head = JSON.stringify(this.#chunkHead()).slice(0, -1);
    this.#before = `data: ${head},"choices":[{"index":0,"delta":`;
    this.#after = `,"logprobs":null,"finish_reason":null}]${this.#wantsUsage ? ',"usage":null' : ''}}\n\n`;
  }
}

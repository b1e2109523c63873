import { AnswerWork } from '../../core/answer-work.ts';
import type { Finish } from '../../core/completion.ts';
import type { AnswerEvent, PartStartEvent, SignatureEvent } from '../../core/event.ts';
import type { Signature } from '../../core/part.ts';
import type { Usage } from '../../core/record.ts';
import { Sequence } from '../../core/sequence.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply, StreamEncoder } from '../codec.ts';
import { sseEvent } from '../shared/stream/sse-event.ts';
import { encodeCitation } from './citations.ts';
import { messageId, wholeBlock } from './encode-answer.ts';
import { encodeFinish } from './finish.ts';
import { carrierOf, thoughtSignature } from './signatures.ts';
import { MESSAGE_STOP } from './sentinels.ts';
import { writeMessageUsage, writeUsage } from './usage.ts';

/** The block that is being written. */
interface Open {
  readonly index: number;
  readonly head: PartStartEvent;
  /**
   * The JSON around the text of a delta in this block. `escape`: the text is inside a string of the JSON that is sent.
   */
  frame: Frame | undefined;
  /** Of a text: goes into a block of its own after it. Of reasoning: ends its block. */
  signature: Signature | undefined;
}

interface Frame {
  readonly before: string;
  readonly escape: boolean;
}

/** Writes a stream of named events, one block after the other. */
export class MessageStreamEncoder implements StreamEncoder {
  readonly #sequence: Sequence;
  #open: Open | undefined;
  #blocks = 0;
  #calls = false;
  #refusal = false;
  #usage: Usage | undefined;
  #finish: Finish | undefined;

  constructor(private readonly reply: Reply) {
    this.#sequence = new Sequence(reply.work ?? new AnswerWork());
  }

  push(event: AnswerEvent): string {
    // Most events continue the current part, and no other part can hold them up.
    if (event.type === 'delta' && event.index === this.#open?.index) return this.#delta(event.text);
    let out = '';
    for (const next of this.#sequence.push(event)) out += this.#write(next);
    return out;
  }

  end(): string {
    const { reason, raw, ...rest } = this.#finish ?? { reason: 'other', raw: undefined };
    const said = { calls: this.#calls, refusal: this.#refusal };
    const delta = { ...encodeFinish({ reason, raw, ...rest }, said), stop_details: null, container: null };
    return (
      this.#close() +
      sseEvent({ type: 'message_delta', delta, usage: writeUsage(this.#usage) }, 'message_delta') +
      MESSAGE_STOP
    );
  }

  #write(event: AnswerEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start(event);
      case 'part_start':
        this.#open = { index: event.index, head: event, frame: undefined, signature: undefined };
        return mayWait(event) ? '' : this.#begin();
      case 'delta':
        return this.#delta(event.text);
      case 'citation':
        return this.#pieces([{ type: 'citations_delta', citation: encodeCitation(event.citation) }]);
      case 'signature':
        return this.#signature(event);
      case 'part_end':
        return this.#close();
      case 'whole': {
        const block = wholeBlock(event.part);
        return block === undefined ? '' : this.#whole(block);
      }
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'finish':
        this.#finish = event.finish;
        return this.#close();
      case 'logprobs':
        return '';
    }
  }

  #start({ id }: { readonly id: string | undefined }): string {
    const message = {
      id: messageId(id, this.reply.id),
      type: 'message',
      role: 'assistant',
      // As in a plain answer.
      model: this.reply.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: writeMessageUsage(undefined),
    };
    return sseEvent({ type: 'message_start', message }, 'message_start');
  }

  /** Begins the block of the current part. */
  #begin(): string {
    const open = this.#open;
    if (open === undefined || open.frame !== undefined) return '';
    const [block, frame] = encodePart(open.head, this.#blocks);
    open.frame = frame;
    if (open.head.part === 'tool_call') this.#calls = true;
    if (open.head.part === 'refusal') this.#refusal = true;
    const start = sseEvent(
      { type: 'content_block_start', index: this.#blocks, content_block: block },
      'content_block_start',
    );
    return frame.escape ? start + this.#pieces([{ type: 'input_json_delta', partial_json: '{"input":"' }]) : start;
  }

  #delta(text: string): string {
    const begun = this.#begin();
    const frame = this.#open?.frame;
    if (frame === undefined) return begun;
    const json = JSON.stringify(frame.escape ? JSON.stringify(text).slice(1, -1) : text);
    return `${begun}${frame.before}${json}}}\n\n`;
  }

  #signature({ signature }: SignatureEvent): string {
    const open = this.#open;
    if (open === undefined) return '';
    if (open.head.part === 'tool_call' && open.frame === undefined) {
      return this.#whole(carrierOf(signature, 'next')) + this.#begin();
    }
    open.signature = signature;
    return '';
  }

  /** Ends the current block. */
  #close(): string {
    const open = this.#open;
    if (open === undefined) return '';
    if (open.head.part === 'reasoning' && open.frame === undefined) {
      this.#open = undefined;
      const data = thoughtSignature(open.signature, open.head.id);
      return this.#whole({ type: 'redacted_thinking', data });
    }
    const begun = this.#begin();
    const tail = this.#pieces(tailOf(open));
    const stop = blockStop(this.#blocks++);
    this.#open = undefined;
    const carrier =
      open.signature === undefined || open.head.part !== 'text'
        ? ''
        : this.#whole(carrierOf(open.signature, 'previous'));
    return begun + tail + stop + carrier;
  }

  /** Writes a block at once: as it is, or with its text and its signature as deltas, as clients expect. */
  #whole(block: JsonObject): string {
    const index = this.#blocks;
    const { type, text, signature } = block;
    const pieces: JsonObject[] = [];
    if (type === 'text') pieces.push({ type: 'text_delta', text });
    if (type === 'thinking') pieces.push({ type: 'signature_delta', signature });
    const start = type === 'text' ? { ...block, text: '' } : type === 'thinking' ? { ...block, signature: '' } : block;
    const begun = sseEvent({ type: 'content_block_start', index, content_block: start }, 'content_block_start');
    const deltas = this.#pieces(pieces);
    this.#blocks++;
    return begun + deltas + blockStop(index);
  }

  #pieces(deltas: readonly JsonObject[]): string {
    return deltas
      .map((delta) => sseEvent({ type: 'content_block_delta', index: this.#blocks, delta }, 'content_block_delta'))
      .join('');
  }
}

/** The signature comes before the call that it signs. A redacted thought is nothing but its signature. */
function mayWait(head: PartStartEvent): boolean {
  return head.part === 'tool_call' || (head.part === 'reasoning' && head.redacted === true);
}

/** What has to be written before a block can end. */
function tailOf({ head, frame, signature }: Open): JsonObject[] {
  if (frame?.escape === true) return [{ type: 'input_json_delta', partial_json: '"}' }];
  if (head.part !== 'reasoning') return [];
  return [{ type: 'signature_delta', signature: thoughtSignature(signature, head.id) }];
}

function blockStop(index: number): string {
  return sseEvent({ type: 'content_block_stop', index }, 'content_block_stop');
}

/** A block as it begins, and the form of its deltas. */
function encodePart(head: PartStartEvent, index: number): [JsonObject, Frame] {
  switch (head.part) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: '' }, frameOf(index, 'text_delta', 'text')];
    case 'reasoning':
      return [{ type: 'thinking', thinking: '', signature: '' }, frameOf(index, 'thinking_delta', 'thinking')];
    case 'tool_call': {
      const { id, name, freeform } = head;
      const block = { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } };
      return [block, { ...frameOf(index, 'input_json_delta', 'partial_json'), escape: freeform === true }];
    }
  }
}

function frameOf(index: number, type: string, field: string): Frame {
  const before = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${field}":`;
  return { before, escape: false };
}

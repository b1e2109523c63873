import { mergeUsage } from '../../core/merge-usage.ts';
import type { Usage } from '../../core/record.ts';
import { asObject, type JsonObject } from '../../lib/json.ts';
import type { BrokenEnd } from '../shared/finish/words.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { BegunResponse } from './begun-response.ts';
import { readFacts } from './facts.ts';
import { brokenEnd } from './finish.ts';
import { noteBlocks } from './note-blocks.ts';
import { asStream } from './replay.ts';
import { readUsage } from './usage.ts';
import { saysError } from '../../core/vendor-error.ts';

/** Named and numbered events, each a JSON object whose `type` is its name. */
export const stream: StreamGrammar = {
  keepAlive: ': keep-alive\n\n',
  // `response.completed` is the only end. A stream without it is incomplete, and clients know that.
  end: '',
  isEnd: () => false,
  read: (request) => new ResponsesStreamReader(request),
  noteBlocks,
  fromPlain: asStream,
  textFields: ['delta'],
};

/** Reads a stream of typed events. Their names repeat their types, and some backends send no names. */
export class ResponsesStreamReader implements StreamReader {
  usage: Usage | undefined;
  id: string | undefined;
  model: string | undefined;
  finishReason: string | undefined;
  said = 0;
  finished = false;
  broken: BrokenEnd | undefined;
  /** Every event has a number, so no two are alike. */
  readonly textKey = undefined;
  readonly begun = new BegunResponse();

  /** `request` is the body that the stream answers. */
  constructor(private readonly request?: JsonObject) {}

  see(event: unknown, name?: string, data?: string): 'content' | 'error' | 'end' | 'broken' | 'other' {
    const fields = asObject(event);
    if (fields === undefined) return 'other';
    this.begun.see(fields, data);
    const { error } = fields;
    const type = fields['type'] ?? name;
    // Failed responses cost money, too.
    if (fields['response'] !== undefined || fields['usage'] !== undefined) this.#seeResponse(fields);
    if (name === 'error' || type === 'error' || type === 'response.failed') return 'error';
    if (error !== undefined && saysError(error)) return 'error';
    switch (type) {
      case 'response.completed':
      case 'response.incomplete':
      case 'response.cancelled':
        this.finished = true;
        this.broken = type === 'response.cancelled' ? CANCELLED : brokenEnd(fields['response'], this.request);
        return this.broken === undefined ? 'end' : 'broken';
      case 'response.output_item.added':
        return EMPTY_AT_FIRST.has(asObject(fields['item'])?.['type']) ? 'other' : 'content';
      case 'response.output_item.done':
        return 'content';
      default:
        if (!isContent(type, fields)) return 'other';
        this.#seeText(fields);
        return 'content';
    }
  }

  #seeResponse(fields: JsonObject): void {
    this.usage = mergeUsage(this.usage, readUsage(fields));
    const { id, model, finishReason } = readFacts(fields['response']);
    this.id = id ?? this.id;
    this.model = model ?? this.model;
    this.finishReason = finishReason ?? this.finishReason;
  }

  #seeText({ delta, text, arguments: args, partial_image_b64: image }: JsonObject): void {
    if (typeof delta === 'string') this.said += delta.length;
    else if (this.said === 0 && image === undefined)
      this.said += typeof text === 'string' ? text.length : typeof args === 'string' ? args.length : 0;
  }
}

const CANCELLED: BrokenEnd = { word: 'cancelled', cause: 'server' };

/** Items without content at their beginning. All others are calls of some kind. */
const EMPTY_AT_FIRST = new Set<unknown>(['message', 'reasoning']);

/** Some backends report a text only when it is complete. */
function isContent(type: unknown, fields: JsonObject): boolean {
  if (typeof type !== 'string') return false;
  if (type.endsWith('.delta')) return isSaid(fields['delta']);
  if (!type.endsWith('.done')) return type.endsWith('.partial_image');
  const { text, refusal, arguments: args, input, part } = fields;
  const inPart = asObject(part);
  return [text, refusal, args, input, inPart?.['text'], inPart?.['refusal']].some(isSaid);
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

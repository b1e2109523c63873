import type { Usage } from '../../core/record.ts';
import { asObject } from '../../lib/json.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { BegunResponse } from './begun-response.ts';
import { asStream } from './replay.ts';
import { readUsage } from './usage.ts';

/** Named and numbered events, each a JSON object whose `type` is its name. */
export const stream: StreamGrammar = {
  keepAlive: ': keep-alive\n\n',
  // There is no end but `response.completed`: a stream without it is not whole, and clients know.
  end: '',
  isEnd: () => false,
  read: () => new ResponsesStreamReader(),
  fromPlain: asStream,
  textFields: ['delta'],
};

/** Follows a stream of typed events. Their names say no more than their types, and some backends send none. */
export class ResponsesStreamReader implements StreamReader {
  usage: Usage | undefined;
  finished = false;
  /** Every event has a number of its own. */
  readonly textKey = undefined;
  readonly begun = new BegunResponse();

  see(event: unknown, name?: string, data?: string): 'content' | 'error' | 'end' | 'other' {
    const fields = asObject(event);
    if (fields === undefined) return 'other';
    this.begun.see(fields, data);
    const { type, error } = fields;
    if (name === 'error' || type === 'error' || type === 'response.failed' || Boolean(error)) return 'error';
    switch (type) {
      case 'response.completed':
      case 'response.incomplete':
        this.finished = true;
        this.usage = readUsage(fields) ?? this.usage;
        return 'end';
      case 'response.output_item.added':
        return EMPTY_AT_FIRST.has(asObject(fields['item'])?.['type']) ? 'other' : 'content';
      case 'response.output_item.done':
        return 'content';
      default:
        return isContent(type, fields['delta']) ? 'content' : 'other';
    }
  }
}

/** Items that say nothing until something is in them. The others are calls of some kind. */
const EMPTY_AT_FIRST = new Set<unknown>(['message', 'reasoning']);

function isContent(type: unknown, delta: unknown): boolean {
  if (typeof type !== 'string') return false;
  if (type.endsWith('.delta')) return delta !== '';
  return type.endsWith('.partial_image');
}

import type { Usage } from '../../core/record.ts';
import { asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { brokenBy, meaningOf, type BrokenEnd } from '../shared/finish/words.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { NO_REASON } from './finish.ts';
import { noteBlocks } from './note-blocks.ts';
import { asStream } from './replay.ts';
import { MESSAGE_STOP, PING } from './sentinels.ts';
import { mergedUsage, usageFrom } from './usage.ts';
import { saysError } from '../../core/vendor-error.ts';

/** Named events, each a JSON object whose `type` is its name; https://docs.claude.com/en/docs/build-with-claude/streaming. */
export const stream: StreamGrammar = {
  keepAlive: PING,
  end: MESSAGE_STOP,
  isEnd,
  read: () => new MessageStreamReader(),
  noteBlocks,
  fromPlain: asStream,
  textFields: ['text', 'thinking', 'partial_json'],
};

/** A key before text that marks a plain delta. */
const TEXT_KEYS: ReadonlyMap<unknown, string> = new Map([
  ['text_delta', '"text":"'],
  ['thinking_delta', '"thinking":"'],
]);

/** The block types that are content as soon as they begin. */
const WHOLE_BLOCKS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'server_tool_use',
  'mcp_tool_use',
  'redacted_thinking',
]);

/** Whether an event's data is that of `message_stop`. The reader recognises other spellings. */
export function isEnd(data: string): boolean {
  return data.startsWith('{"type":"message_stop"');
}

/** Follows one stream of named events. */
export class MessageStreamReader implements StreamReader {
  finished = false;
  broken: BrokenEnd | undefined;
  #usage: JsonObject | undefined;
  id: string | undefined;
  model: string | undefined;
  finishReason: string | undefined;
  said = 0;
  textKey: string | undefined;

  get usage(): Usage | undefined {
    return usageFrom(this.#usage);
  }

  see(event: unknown, name?: string): 'content' | 'error' | 'end' | 'broken' | 'other' {
    this.textKey = undefined;
    const fields = asObject(event);
    if (fields === undefined) return 'other';
    const type = fields['type'] ?? name;
    if (type === 'error' || name === 'error') return 'error';
    if (fields['error'] !== undefined && saysError(fields['error'])) return 'error';
    switch (type) {
      case 'message_start':
        return this.#seeMessage(asObject(fields['message']));
      case 'content_block_start':
        return beginsWithContent(fields['content_block']) ? this.#goesOn() : 'other';
      case 'content_block_delta':
        return this.#seeDelta(fields['delta']);
      case 'message_delta':
        this.#usage = mergedUsage(this.#usage, fields['usage']);
        return this.#seeStop(asObject(fields['delta'])?.['stop_reason']);
      case 'message_stop':
        return this.broken === undefined ? 'end' : 'broken';
      default:
        return 'other';
    }
  }

  #seeMessage(message: JsonObject | undefined): 'other' {
    this.#usage = mergedUsage(this.#usage, message?.['usage']);
    this.id ??= asWord(message?.['id']);
    this.model ??= asWord(message?.['model']);
    return 'other';
  }

  #seeDelta(value: unknown): 'content' | 'other' {
    const delta = asObject(value);
    if (delta === undefined || !isContent(delta)) return 'other';
    const text = delta['text'] ?? delta['thinking'] ?? delta['partial_json'];
    if (typeof text === 'string') this.said += text.length;
    this.textKey = TEXT_KEYS.get(delta['type']);
    return this.#goesOn();
  }

  /** More content follows, so an earlier end did not count. */
  #goesOn(): 'content' {
    this.finished = false;
    this.broken = undefined;
    return 'content';
  }

  /** It may come more than once. One without a reason does not take back an earlier reason. */
  #seeStop(reason: unknown): 'content' | 'broken' | 'other' {
    if (meaningOf(reason) === 'unfinished') {
      if (reason !== undefined && !this.finished) this.broken = NO_REASON;
      return 'other';
    }
    this.finished = true;
    this.finishReason = asWord(reason);
    this.broken = brokenBy(reason);
    if (this.broken === undefined) return 'content';
    return this.broken.cause === 'unknown' ? 'other' : 'broken';
  }
}

function beginsWithContent(value: unknown): boolean {
  const block = asObject(value) ?? {};
  return WHOLE_BLOCKS.has(block['type']) || isSaid(block['text']) || isSaid(block['thinking']);
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Whether a delta holds anything but its type and empty values. */
function isContent(delta: JsonObject): boolean {
  return Object.entries(delta).some(
    ([name, value]) => name !== 'type' && value !== '' && value !== null && value !== undefined,
  );
}

import type { Completion } from '../../core/completion.ts';
import type { MediaPart, NativePart, Part } from '../../core/part.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { inputOf } from './call-input.ts';
import { encodeCitation } from './citations.ts';
import { encodeFinish } from './finish.ts';
import { mediaAsText } from '../shared/media/as-text.ts';
import { NAME } from './name.ts';
import { carrierOf, thoughtSignature } from './signatures.ts';
import { writeMessageUsage } from './usage.ts';

/** Writes a whole answer as a message. */
export function encodeAnswer({ id, parts, finish, usage }: Completion, reply: Reply): JsonObject {
  const said = {
    calls: parts.some(({ type }) => type === 'tool_call'),
    refusal: parts.some(({ type }) => type === 'refusal'),
  };
  return {
    id: messageId(id, reply.id),
    type: 'message',
    role: 'assistant',
    // The name that the client asked for: Claude Code does not send back thoughts of another model.
    model: reply.model,
    content: parts.flatMap(blocksOf),
    ...encodeFinish(finish, said),
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: writeMessageUsage(usage),
  };
}

function blocksOf(part: Part): JsonObject[] {
  switch (part.type) {
    case 'text': {
      const { text, signature } = part;
      // Never null: some clients expect a list or no member at all.
      const citations = part.citations === undefined ? {} : { citations: part.citations.map(encodeCitation) };
      const carrier = signature === undefined ? [] : [carrierOf(signature, 'previous')];
      return [{ type: 'text', text, ...citations }, ...carrier];
    }
    case 'refusal':
      return [{ type: 'text', text: part.text }];
    case 'reasoning':
      return [reasoningOf(part)];
    case 'tool_call': {
      const { id, name, signature } = part;
      const input = inputOf(part.arguments, part.freeform);
      const carrier = signature === undefined ? [] : [carrierOf(signature, 'next')];
      return [...carrier, { type: 'tool_use', id, name, input, caller: { type: 'direct' } }];
    }
    case 'media':
    case 'native': {
      const block = wholeBlock(part);
      return block === undefined ? [] : [block];
    }
    case 'tool_result':
      return [];
  }
}

function reasoningOf({ text, signature, redacted, id }: Extract<Part, { type: 'reasoning' }>): JsonObject {
  const value = thoughtSignature(signature, id);
  if (redacted === true && text === '') return { type: 'redacted_thinking', data: value };
  return { type: 'thinking', thinking: text, signature: value };
}

/** A part that does not come in pieces. Answers have no place for media, so a text names it. */
export function wholeBlock(part: MediaPart | NativePart): JsonObject | undefined {
  if (part.type === 'native') return part.protocol === NAME ? (part.value as JsonObject) : undefined;
  return { type: 'text', text: mediaAsText(part) };
}

/**
 * An id that is unique for the client. Claude Code takes two answers with one id for the same answer, and some servers
 * repeat ids (Ollama's have three digits) or leave them out. Anthropic's own ids are unique.
 */
export function messageId(id: string | undefined, replyId: string): string {
  if (id === undefined) return `msg_${replyId}`;
  return id.startsWith('msg_') ? id : `msg_${replyId}_${id}`;
}

import type { Completion } from '../../core/completion.ts';
import type { Part } from '../../core/part.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { citationOf } from './citations.ts';
import { carrierOf, messageId, thoughtSignature, wholeBlock } from './encode-blocks.ts';
import { finishFields } from './finish.ts';
import { inputOf } from './input.ts';
import { writeMessageUsage } from './usage.ts';

/** Writes a whole answer as a message. */
export function encodeAnswer({ id, model, parts, finish, usage }: Completion, reply: Reply): JsonObject {
  const said = {
    calls: parts.some(({ type }) => type === 'tool_call'),
    refusal: parts.some(({ type }) => type === 'refusal'),
  };
  return {
    id: messageId(id, reply.id),
    type: 'message',
    role: 'assistant',
    model: model ?? reply.model,
    content: parts.flatMap(blocksOf),
    ...finishFields(finish, said),
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
      const citations = part.citations?.map(citationOf) ?? null;
      const carrier = signature === undefined ? [] : [carrierOf(signature, 'previous')];
      return [{ type: 'text', text, citations }, ...carrier];
    }
    case 'refusal':
      return [{ type: 'text', text: part.text, citations: null }];
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

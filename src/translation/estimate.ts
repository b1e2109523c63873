import type { Conversation } from '../core/conversation.ts';
import type { Part } from '../core/part.ts';

/** Of most tokenizers and languages, a token is about four bytes of UTF-8. */
const BYTES_PER_TOKEN = 4;
/** What turns and tools cost besides their text. */
const TOKENS_PER_TURN = 4;
/** About what providers count for a picture or a page of a document. */
const TOKENS_PER_MEDIUM = 1000;

/** A rough count of a request's tokens, for backends that have no counter. Never for accounting. */
export function estimateTokens({ system, turns, tools }: Conversation): number {
  let bytes = 0;
  let tokens = TOKENS_PER_TURN * (turns.length + tools.length);
  const count = (text: string | undefined): void => {
    if (text !== undefined) bytes += Buffer.byteLength(text);
  };
  for (const { text } of system) count(text);
  for (const { parts } of turns) {
    for (const part of parts) {
      count(textOf(part));
      tokens += TOKENS_PER_MEDIUM * mediaIn(part);
    }
  }
  for (const tool of tools) count(JSON.stringify(tool));
  return tokens + Math.ceil(bytes / BYTES_PER_TOKEN);
}

function textOf(part: Part): string | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return part.text;
    case 'tool_call':
      return part.name + part.arguments;
    case 'tool_result':
      return part.content.map((content) => (content.type === 'text' ? content.text : '')).join('');
    case 'media':
      return part.source.from === 'text' ? part.source.text : undefined;
    case 'native':
      return JSON.stringify(part.value);
  }
}

function mediaIn(part: Part): number {
  if (part.type === 'media') return part.source.from === 'text' ? 0 : 1;
  return part.type === 'tool_result' ? part.content.filter(({ type }) => type === 'media').length : 0;
}

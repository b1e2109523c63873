import { isThoughtType } from './thoughts.ts';
import { asString, type JsonObject } from '../../lib/json.ts';
import { CONTINUE, EMPTY_USER_TEXT } from '../shared/texts/placeholders.ts';
import type { WireMessage } from './encode-turns.ts';

/**
 * The user's text in a conversation that lacks a user turn at its beginning. Providers refuse a conversation that
 * begins otherwise, or that is empty.
 */
const FIRST: WireMessage = { role: 'user', content: [{ type: 'text', text: EMPTY_USER_TEXT }] };

/** The messages, beginning with a user message as every provider of the model demands (Bedrock does, for example). */
export function begunByUser(messages: readonly WireMessage[]): readonly WireMessage[] {
  return messages[0]?.role === 'user' ? messages : [FIRST, ...messages];
}

/** The user's text after which a model continues its own answer. */
const MORE: WireMessage = { role: 'user', content: [{ type: 'text', text: CONTINUE }] };

/**
 * The messages with an end that the model accepts. A client whose answer was cut off sends back what it got (Codex
 * does) and expects the model to continue. `continues`: the model continues a given beginning, which must not end in
 * blanks; for other models a user message asks for more. A message never ends in thoughts.
 */
export function endedFor(messages: readonly WireMessage[], continues: boolean): readonly WireMessage[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return messages;
  const content = last.content.slice(0, last.content.findLastIndex(({ type }) => !isThoughtType(type)) + 1);
  const before = messages.slice(0, -1);
  if (content.length === 0) return before.length === 0 ? [MORE] : before;
  if (!continues) return [...before, { ...last, content }, MORE];
  return [...before, { ...last, content: withoutTrailingBlanks(content) }];
}

function withoutTrailingBlanks(content: readonly JsonObject[]): readonly JsonObject[] {
  const block = content.at(-1);
  const text = asString(block?.['text']);
  return text === undefined ? content : [...content.slice(0, -1), { ...block, text: text.trimEnd() }];
}

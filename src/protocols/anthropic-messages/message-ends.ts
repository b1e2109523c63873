import { isThoughtType } from './thoughts.ts';
import { asString, type JsonObject } from '../../lib/json.ts';
import { CONTINUE, EMPTY_USER_TEXT } from '../shared/texts/placeholders.ts';
import type { WireMessage } from './encode-turns.ts';

/** What the user says who has to speak first: one who does not is refused, as is a request without any message. */
const FIRST: WireMessage = { role: 'user', content: [{ type: 'text', text: EMPTY_USER_TEXT }] };

/** The messages with a beginning that every provider of the model takes: Bedrock, say, wants it to be the user's. */
export function begunByUser(messages: readonly WireMessage[]): readonly WireMessage[] {
  return messages[0]?.role === 'user' ? messages : [FIRST, ...messages];
}

/** What the user says where the model would not speak otherwise. */
const MORE: WireMessage = { role: 'user', content: [{ type: 'text', text: CONTINUE }] };

/**
 * The messages with an end that the model takes. A client whose answer was cut sends back what it got (Codex does), in
 * the belief that the model speaks next. `continues`: the model goes on with an answer that was begun, which may not
 * end in blanks then; any other is asked to by the user. Thoughts are never the last of a message.
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

import { asString, type JsonObject } from '../../lib/json.ts';
import type { WireMessage } from './encode-turns.ts';

/** What the user says where the model would not speak otherwise. */
const GO_ON: WireMessage = { role: 'user', content: [{ type: 'text', text: 'Continue.' }] };

/**
 * The messages with an end that the model takes. A client whose answer was cut sends back what it got (Codex does), in
 * the belief that the model speaks next. `continues`: the model goes on with an answer that was begun, which may not
 * end in blanks then; any other is asked to by the user. Thoughts are never the last of a message.
 */
export function endedFor(messages: readonly WireMessage[], continues: boolean): readonly WireMessage[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return messages;
  const content = last.content.slice(0, last.content.findLastIndex((block) => !isThought(block)) + 1);
  const before = messages.slice(0, -1);
  if (content.length === 0) return before.length === 0 ? [GO_ON] : before;
  if (!continues) return [...before, { ...last, content }, GO_ON];
  return [...before, { ...last, content: withoutTrailingBlanks(content) }];
}

function isThought({ type }: JsonObject): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

function withoutTrailingBlanks(content: readonly JsonObject[]): readonly JsonObject[] {
  const block = content.at(-1);
  const text = asString(block?.['text']);
  return text === undefined ? content : [...content.slice(0, -1), { ...block, text: text.trimEnd() }];
}

import { isThoughtType } from './thoughts.ts';
import { unsupportedNativeParts } from '../shared/request/native-parts.ts';
import type { Conversation, Turn } from '../../core/conversation.ts';
import type { TextPart } from '../../core/part.ts';
import type { JsonObject } from '../../lib/json.ts';
import { encodePart, unsignedThought, type BlockContext } from './encode-parts.ts';
import type { ClaudeTraits } from '../../vendors/models/claude.ts';

/** A message of a request. */
export interface WireMessage {
  readonly role: Turn['role'];
  readonly content: readonly JsonObject[];
}

/** The messages, and the system texts that must stand in front of them. */
export interface WireTurns {
  readonly messages: readonly WireMessage[];
  readonly system: readonly TextPart[];
}

/**
 * Writes the turns. User and assistant alternate, and tool results come first in their turn. System texts stand right
 * after a user turn where the model accepts that, otherwise in front of all turns.
 */
export function encodeTurns({ turns }: Conversation, traits: ClaudeTraits, context: BlockContext): WireTurns {
  const messages: { role: Turn['role']; content: JsonObject[] }[] = [];
  const add = (role: Turn['role'], content: readonly JsonObject[]): void => addTo(messages, role, content);
  const first = turns.findIndex(({ role }) => role !== 'system');
  const system = textsOf(first === -1 ? turns : turns.slice(0, first), context);
  let shown: JsonObject[] = [];
  for (const { asked, said, instructed } of exchangesOf(first === -1 ? [] : turns.slice(first))) {
    const user = [...shown, ...blocksOf(asked, context)];
    add('user', user);
    const inPlace = traits.systemTurns && user.length > 0;
    if (inPlace) add('system', blocksOf(instructed, context));
    else for (const text of textsOf(instructed, context)) system.push(text);
    const blocks = blocksOf(said, context);
    add(
      'assistant',
      blocks.filter((block) => !isMedia(block)),
    );
    // An image that a model has made goes into a user turn: assistant turns hold text only.
    shown = blocks.filter(isMedia);
  }
  add('user', shown);
  return { messages: messages.map((message) => (message.role === 'user' ? resultsFirst(message) : message)), system };
}

/** Adds a blank thought to each turn that the model would refuse without one. */
export function withThoughts(messages: readonly WireMessage[], needed: 'calls' | 'all'): readonly WireMessage[] {
  return messages.map((message) => {
    const { role, content } = message;
    const isDone = role !== 'assistant' || content.some(({ type }) => isThoughtType(type));
    if (isDone || (needed === 'calls' && !content.some(({ type }) => type === 'tool_use'))) return message;
    return { role, content: [unsignedThought(' '), ...content] };
  });
}

/** The turns between two answers, with the system's texts apart, and the answer. */
interface Exchange {
  readonly asked: Turn[];
  readonly instructed: Turn[];
  readonly said: Turn[];
}

function exchangesOf(turns: readonly Turn[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const turn of turns) {
    let current = exchanges.at(-1);
    if (current === undefined || (turn.role !== 'assistant' && current.said.length > 0)) {
      current = { asked: [], instructed: [], said: [] };
      exchanges.push(current);
    }
    if (turn.role === 'assistant') current.said.push(turn);
    else if (turn.role === 'user') current.asked.push(turn);
    else current.instructed.push(turn);
  }
  return exchanges;
}

/** The texts of system turns. Other parts have no place in front of the messages. */
function textsOf(turns: readonly Turn[], { unsupported }: BlockContext): TextPart[] {
  return turns.flatMap(({ parts }) => {
    for (const each of unsupportedNativeParts(parts)) unsupported.push(each);
    return parts.filter((part) => part.type === 'text');
  });
}

function blocksOf(turns: readonly Turn[], context: BlockContext): JsonObject[] {
  return turns
    .flatMap(({ parts }) => parts.map((part) => encodePart(part, context)))
    .filter((block) => block !== undefined);
}

function isMedia({ type }: JsonObject): boolean {
  return type === 'image' || type === 'document';
}

function resultsFirst({ role, content }: WireMessage): WireMessage {
  const isResult = ({ type }: JsonObject) => type === 'tool_result';
  return { role, content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))] };
}

/** Adds a message, or adds its content to the last message of the same role. Empty content adds nothing. */
function addTo(
  messages: { role: Turn['role']; content: JsonObject[] }[],
  role: Turn['role'],
  content: readonly JsonObject[],
): void {
  if (content.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === role) for (const block of content) last.content.push(block);
  else messages.push({ role, content: [...content] });
}

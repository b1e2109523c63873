import { createHash } from 'node:crypto';
import type { Conversation, Tool, ToolChoice, Turn } from '../../../core/conversation.ts';
import type { AnswerEvent } from '../../../core/event.ts';
import type { Part } from '../../../core/part.ts';
import type { UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import type { EncodedRequest, StreamDecoder } from '../../codec.ts';

/**
 * Writes a request with tool names that the dialect takes, and restores the original names in the answer. `wire` makes
 * such a name from the name alone, so it is the same in every request and in any order of tools: prompt caches depend
 * on that. It is nearly always the name itself.
 */
export function encodeWithNames(
  conversation: Conversation,
  wire: (name: string) => string,
  encode: (conversation: Conversation) => EncodedRequest,
): EncodedRequest {
  const wires = changedNames(namesIn(conversation), wire);
  if (wires.size === 0) return encode(conversation);
  const encoded = encode(renamed(conversation, (name) => wires.get(name) ?? name));
  const own = new Map([...wires].map(([name, written]) => [written, name]));
  const original = (name: string): string => own.get(name) ?? name;
  return {
    ...encoded,
    unsupported: encoded.unsupported.map((each) => featureNamed(each, original)),
    decodeAnswer(body, work) {
      const completion = encoded.decodeAnswer(body, work);
      return { ...completion, parts: completion.parts.map((part) => partNamed(part, original)) };
    },
    decodeStream: (work) => decoderNaming(encoded.decodeStream(work), original),
  };
}

/** A tool name of letters, digits, `_` and `-`, at most `maxLength` long: nearly always the name itself. */
export function plainName(name: string, maxLength: number): string {
  return name.length <= maxLength && /^[\w-]+$/.test(name) ? name : hashedName(name, /[^\w-]/g, maxLength);
}

/** A name without the characters `others`, with a hash so that no two names become equal. */
export function hashedName(name: string, others: RegExp, maxLength: number): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.replaceAll(others, '_').slice(0, maxLength - hash.length - 1)}_${hash}`;
}

/** The names that change, by the client's name. If a new name is taken already, it gets another hash. */
function changedNames(names: ReadonlySet<string>, wire: (name: string) => string): ReadonlyMap<string, string> {
  const changed = [...names].filter((name) => wire(name) !== name);
  const wires = new Map<string, string>();
  if (changed.length === 0) return wires;
  const taken = new Set([...names].filter((name) => wire(name) === name));
  for (const name of changed.toSorted()) {
    let written = wire(name);
    for (let salt = 2; taken.has(written); salt++) written = wire(`${name} #${salt}`);
    taken.add(written);
    wires.set(name, written);
  }
  return wires;
}

function namesIn({ tools, turns, toolChoice }: Conversation): ReadonlySet<string> {
  const names = new Set<string>();
  for (const tool of tools) if (tool.type !== 'native') names.add(tool.name);
  for (const { parts } of turns) for (const part of parts) if (part.type === 'tool_call') names.add(part.name);
  if (toolChoice?.mode === 'tool') names.add(toolChoice.name);
  if (toolChoice?.mode === 'allowed') for (const name of toolChoice.names) names.add(name);
  return names;
}

function renamed(conversation: Conversation, wire: (name: string) => string): Conversation {
  const { tools, turns, toolChoice } = conversation;
  return {
    ...conversation,
    tools: tools.map((tool): Tool => (tool.type === 'native' ? tool : { ...tool, name: wire(tool.name) })),
    turns: turns.map((turn): Turn => ({ ...turn, parts: turn.parts.map((part) => partNamed(part, wire)) })),
    toolChoice: toolChoice && choiceNamed(toolChoice, wire),
  };
}

function choiceNamed(choice: ToolChoice, wire: (name: string) => string): ToolChoice {
  if (choice.mode === 'tool') return { ...choice, name: wire(choice.name) };
  return choice.mode === 'allowed' ? { ...choice, names: choice.names.map(wire) } : choice;
}

function partNamed(part: Part, name: (name: string) => string): Part {
  const isNamed = part.type === 'tool_call' || part.type === 'tool_result';
  return isNamed && part.name !== undefined ? { ...part, name: name(part.name) } : part;
}

function featureNamed(each: UnsupportedFeature, name: (name: string) => string): UnsupportedFeature {
  if (each.type === 'required' || each.feature.kind !== 'tool') return each;
  return { ...each, feature: { ...each.feature, name: name(each.feature.name) } };
}

function decoderNaming(decoder: StreamDecoder, original: (name: string) => string): StreamDecoder {
  const named = (events: readonly AnswerEvent[]): AnswerEvent[] =>
    events.map((event) =>
      event.type === 'part_start' && event.part === 'tool_call' ? { ...event, name: original(event.name) } : event,
    );
  return { push: (event, name) => named(decoder.push(event, name)), end: () => named(decoder.end()) };
}

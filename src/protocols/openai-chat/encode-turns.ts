import { groupTurns } from '../shared/request/turn-groups.ts';
import { unsupportedNativePart, unsupportedNativeParts } from '../shared/request/native-parts.ts';
import type { Conversation, Turn } from '../../core/conversation.ts';
import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, Part, ReasoningPart, TextPart, ToolResultPart } from '../../core/part.ts';
import { isReadableBy } from '../../core/signature.ts';
import { Work } from '../../core/work.ts';
import type { Quirks } from '../../core/route.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Addressee } from '../codec.ts';
import { CONTINUE, EMPTY_USER_TEXT } from '../shared/texts/placeholders.ts';
import { asOwnMessage, withBreaks } from '../shared/texts/breaks.ts';
import { failedContent } from '../shared/tools/failed-result.ts';
import { encodeCall } from './calls.ts';
import { encodeParts } from './encode-parts.ts';
import { NAME } from './name.ts';
import { wireId } from './names.ts';
import { encodeDetail } from './reasoning-details.ts';
import { takes } from './settings.ts';

/** Writes `messages`. `note` is an instruction for the system message. */
export function encodeTurns(
  conversation: Conversation,
  to: Addressee,
  note: string | undefined,
): { readonly messages: readonly JsonObject[]; readonly unsupported: readonly UnsupportedFeature[] } {
  const writer = new MessageWriter(to);
  const { systemFirst = false, turnsAlternate = false } = to.quirks;
  const inBetween = systemFirst ? conversation.turns.filter(isSystem) : [];
  const turns = systemFirst ? conversation.turns.filter((turn) => !isSystem(turn)) : conversation.turns;
  writer.system([
    ...textsOf(conversation.system),
    ...inBetween.flatMap((turn) => writer.instructions(turn)),
    ...(note === undefined ? [] : [note]),
  ]);
  for (const turn of merged(turns, turnsAlternate)) {
    if (turn.role === 'user') writer.user(turn);
    else if (turn.role === 'assistant') writer.assistant(turn);
    else writer.system(writer.instructions(turn), turn.name);
  }
  const { messages, unsupported } = writer;
  return { messages: withUser(messages, to.quirks), unsupported };
}

/** A message that is not a tool result, and the results right after it. */
interface Place {
  readonly message: JsonObject | undefined;
  readonly results: JsonObject[];
}

class MessageWriter {
  readonly unsupported: UnsupportedFeature[] = [];
  readonly #places: Place[] = [{ message: undefined, results: [] }];
  /** The last message with a call of each id. */
  readonly #callers = new Map<string, Place>();
  readonly #call: Parameters<typeof encodeCall>[1];
  readonly #work: Work;

  constructor(private readonly to: Addressee) {
    const { model, quirks, work = new Work() } = to;
    this.#work = work;
    this.#call = { model, hasCustom: takes(quirks, 'tools.custom'), idLength: quirks.callIdLength };
  }

  get messages(): JsonObject[] {
    return this.#places.flatMap(({ message, results }) => (message === undefined ? results : [message, ...results]));
  }

  /** The texts of a system turn. Other parts are reported. */
  instructions({ parts }: Turn): string[] {
    for (const each of unsupportedNativeParts(parts)) this.unsupported.push(each);
    return textsOf(parts);
  }

  /** Not every backend accepts a list of parts here, so texts are joined. */
  system(texts: readonly string[], name?: string): void {
    if (texts.length > 0) this.#add({ role: 'system', content: texts.join('\n\n'), ...named(name) });
  }

  user({ parts, name }: Turn): void {
    const content: (TextPart | MediaPart)[] = [];
    for (const part of parts) {
      if (part.type === 'tool_result') for (const left of this.#result(part)) content.push(left);
    }
    for (const part of parts) {
      if (part.type === 'text' || part.type === 'media') content.push(part);
      else if (part.type === 'native') this.unsupported.push(unsupportedNativePart(part));
    }
    if (content.length === 0) return;
    if (this.to.quirks.noUserAfterTool === true && this.#endsInResult())
      this.#add({ role: 'assistant', content: 'OK' });
    this.#add({ role: 'user', content: encodeParts(content, this.to.quirks), ...named(name) });
  }

  assistant({ parts: said, name }: Turn): void {
    const parts = withBreaks(said);
    const calls = parts.filter((part) => part.type === 'tool_call');
    const text = textsOf(parts).join('');
    const thoughts = this.#thoughts(
      parts.filter((part) => part.type === 'reasoning'),
      { hasCalls: calls.length > 0, isSaid: calls.length > 0 || text !== '' },
    );
    const audio = this.#audio(parts);
    for (const each of unsupportedNativeParts(parts)) this.unsupported.push(each);
    if (text === '' && calls.length === 0 && thoughts === undefined && audio === undefined) return;
    const { content: thinking, ...fields } = thoughts ?? {};
    const words = text === '' && calls.length > 0 ? null : text;
    const written = calls.map((call) => encodeCall(call, this.#call));
    const place = this.#add({
      role: 'assistant',
      content: Array.isArray(thinking) ? [...(thinking as unknown[]), ...textParts(text)] : words,
      ...named(name),
      ...fields,
      ...audio,
      ...(calls.length === 0 ? {} : { tool_calls: written }),
    });
    for (const { id } of written) this.#callers.set(id, place);
  }

  #add(message: JsonObject): Place {
    const place = { message, results: [] };
    this.#places.push(place);
    return place;
  }

  #endsInResult(): boolean {
    return (this.#places.at(-1)?.results.length ?? 0) > 0;
  }

  /** Writes the result's message. Returns the parts that do not fit into it. */
  #result({ callId, content: given, isError }: ToolResultPart): (TextPart | MediaPart)[] {
    const content = isError === true ? failedContent(given) : given;
    const media = content.filter((part) => part.type === 'media');
    const notes = media.map(({ kind }) => `[${kind}: see the next message of the user]`);
    const id = wireId(callId, this.#call.idLength);
    this.#insert({ role: 'tool', tool_call_id: id, content: [...textsOf(content), ...notes].join('\n') }, id);
    return media.length === 0 ? [] : [{ type: 'text', text: `What the tool call ${id} gave back:` }, ...media];
  }

  /** Results must follow their call directly, whatever came in between. */
  #insert(message: JsonObject, id: string): void {
    (this.#callers.get(id) ?? this.#places.at(-1))?.results.push(message);
  }

  /** The fields for thoughts, if the backend wants them back. */
  #thoughts(parts: readonly ReasoningPart[], turn: { hasCalls: boolean; isSaid: boolean }): JsonObject | undefined {
    const { model, quirks } = this.to;
    const own = parts.filter(({ signature }) => signature !== undefined && isReadableBy(signature, NAME, model));
    for (const { signature } of own) this.#work.takeJson(signature?.value ?? '', 'reasoning_details');
    if (own.length > 0) return { reasoning_details: own.map((part, index) => encodeDetail(part, index)) };
    const field = quirks.reasoningBack;
    const text = parts.map((part) => part.text).join('');
    if (field === undefined) return undefined;
    if (text === '') return missingThought(field, turn, quirks);
    if (field === 'reasoning_details') return { reasoning_details: [{ type: 'reasoning.text', text, index: 0 }] };
    return field === 'thinking' ? { content: [{ type: 'thinking', thinking: textParts(text) }] } : { [field]: text };
  }

  #audio(parts: readonly Part[]): JsonObject | undefined {
    for (const part of parts) {
      if (part.type !== 'media') continue;
      const { source, kind } = part;
      if (kind === 'audio' && source.from === 'file' && source.protocol === NAME) return { audio: { id: source.id } };
      throw new UnsupportedFeatureError(
        required(kind, "is in an assistant's turn, where chat completions take text alone"),
      );
    }
    return undefined;
  }
}

/** What stands in for thoughts that the client does not have. */
function missingThought(
  field: string,
  { hasCalls, isSaid }: { readonly hasCalls: boolean; readonly isSaid: boolean },
  { thoughtsNeeded }: Quirks,
): JsonObject | undefined {
  if (field !== 'reasoning_content') return undefined;
  const isNeeded = thoughtsNeeded === 'all' ? isSaid : thoughtsNeeded === 'calls' && hasCalls;
  if (isNeeded) return { reasoning_content: ' ' };
  // Some backends want the field inside a tool loop, even empty.
  return hasCalls ? { reasoning_content: '' } : undefined;
}

/** Adds the user turns without which the backend refuses a conversation. */
function withUser(messages: readonly JsonObject[], { turnsAlternate, userLast }: Quirks): readonly JsonObject[] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const begins = turnsAlternate !== true || messages[first]?.['role'] === 'user';
  const ends = userLast !== true || messages.at(-1)?.['role'] !== 'assistant';
  if (begins && ends) return messages;
  const at = first === -1 ? messages.length : first;
  return [
    ...messages.slice(0, at),
    ...(begins ? [] : [{ role: 'user', content: EMPTY_USER_TEXT }]),
    ...messages.slice(at),
    ...(ends ? [] : [{ role: 'user', content: CONTINUE }]),
  ];
}

/**
 * Merges assistant turns that follow each other, because parallel calls must be in one message. Merges user turns, too,
 * if roles must alternate.
 */
function merged(turns: readonly Turn[], alternate: boolean): readonly Turn[] {
  const isMerged = ({ role }: Turn): boolean => role === 'assistant' || (alternate && role === 'user');
  const goTogether = (first: Turn, turn: Turn): boolean =>
    isMerged(turn) && first.role === turn.role && first.name === turn.name;
  return groupTurns(turns, goTogether).map((group) =>
    group.length === 1
      ? group[0]
      : { ...group[0], parts: group.flatMap(({ parts }, index) => (index === 0 ? parts : asOwnMessage(parts))) },
  );
}

function isSystem({ role }: Turn): boolean {
  return role === 'system';
}

/** The texts of parts, including refusals. */
function textsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) =>
    (part.type === 'text' || part.type === 'refusal') && part.text !== '' ? [part.text] : [],
  );
}

function textParts(text: string): JsonObject[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function named(name: string | undefined): JsonObject {
  return name === undefined ? {} : { name };
}

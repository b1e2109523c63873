import type { Turn } from '../../core/conversation.ts';
import type { MediaPart, Part, TextPart, ToolCallPart, ToolResultPart } from '../../core/part.ts';
import { asArray, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { OpenQueue, OpenQueues } from '../../lib/open-queue.ts';
import { refuseField } from '../shared/request/fields.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { decodeCall } from './calls.ts';
import { NAME } from './name.ts';
import { decodeParts, decodeImage, decodeTexts } from './decode-parts.ts';
import { decodeDetails, withThought } from './reasoning-details.ts';

/** Reads `messages`. */
export function decodeTurns(value: unknown): {
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
} {
  if (!Array.isArray(value) || value.length === 0) refuseField('messages', 'has to be a list of at least one message');
  const reader = new MessageReader();
  for (const [index, message] of (value as unknown[]).entries()) {
    const where = `messages[${index}]`;
    reader.read(asObject(message) ?? refuseField(where, 'has to be an object'), where);
  }
  return reader;
}

class MessageReader {
  readonly system: TextPart[] = [];
  readonly turns: Turn[] = [];
  /** The results at the end of `turns`, which share one user turn. */
  #results: ToolResultPart[] | undefined;
  /** The calls without a result. */
  readonly #open = new Map<string, ToolCallPart>();
  /** Call ids, overall and by function name. Some have their result already. */
  readonly #called = new OpenQueue<string>();
  readonly #named = new OpenQueues<string, string>();

  read(message: JsonObject, where: string): void {
    const role = message['role'];
    if (role === 'tool' || role === 'function') {
      this.#readResult(message, where);
      return;
    }
    this.#results = undefined;
    if (role === 'system' || role === 'developer') this.#readSystem(message, where);
    else if (role === 'user') this.#add('user', decodeParts(message['content'], `${where}.content`), message);
    else if (role === 'assistant') this.#add('assistant', this.#assistantParts(message, where), message);
    else refuseField(`${where}.role`, 'has to be `system`, `developer`, `user`, `assistant` or `tool`');
  }

  #readSystem(message: JsonObject, where: string): void {
    const texts = decodeTexts(message['content'], `${where}.content`);
    if (this.turns.length === 0) for (const text of texts) this.system.push(text);
    else this.#add('system', texts, message);
  }

  #add(role: Turn['role'], parts: readonly Part[], message: JsonObject): void {
    if (parts.length === 0) return;
    const name = asWord(message['name']);
    this.turns.push({ role, parts, ...(name === undefined ? {} : { name }) });
  }

  #assistantParts(message: JsonObject, where: string): Part[] {
    const { parts: details, ofText } = decodeDetails(message['reasoning_details']);
    const content: Part[] = decodeParts(message['content'], `${where}.content`);
    const last = content.findLastIndex(({ type }) => type === 'text');
    const text = content[last];
    if (text?.type === 'text' && ofText !== undefined) content[last] = { ...text, signature: ofText };
    const refusal = asWord(message['refusal']);
    return [
      ...withThought(details, message),
      ...content,
      ...(refusal === undefined ? [] : [{ type: 'refusal', text: refusal } as const]),
      ...mediaOf(message),
      ...this.#calls(message, where),
    ];
  }

  #calls(message: JsonObject, where: string): ToolCallPart[] {
    const legacy = asObject(message['function_call']);
    const given = message['tool_calls'] ?? [];
    const written = Array.isArray(given)
      ? (given as unknown[])
      : refuseField(`${where}.tool_calls`, 'has to be a list');
    const calls = legacy === undefined || written.length > 0 ? written : [{ function: legacy }];
    return calls.map((value, index) => {
      const place = `${where}.tool_calls[${index}]`;
      const call = decodeCall(asObject(value), { id: () => generatedId(place) });
      if (call === undefined) return refuseField(`${place}.function.name`, 'has to be a string');
      this.#open.set(call.id, call);
      this.#called.add(call.id);
      this.#named.add(call.name, call.id);
      return call;
    });
  }

  #readResult(message: JsonObject, where: string): void {
    const name = asWord(message['name']);
    const call = this.#callFor(asString(message['tool_call_id']), name);
    const callId = asWord(message['tool_call_id']) ?? call?.id ?? generatedId(where);
    this.#open.delete(callId);
    const content = decodeParts(message['content'], `${where}.content`).filter(
      (part): part is TextPart | MediaPart => part.type === 'text' || part.type === 'media',
    );
    const result: ToolResultPart = {
      type: 'tool_result',
      callId,
      ...(name === undefined ? {} : { name }),
      content,
      ...(call?.freeform === true ? { freeform: true } : {}),
    };
    if (this.#results === undefined) {
      this.#results = [];
      this.turns.push({ role: 'user', parts: this.#results });
    }
    this.#results.push(result);
  }

  /** The call that a result without an id belongs to: the first of its name, or the first of all. */
  #callFor(id: string | undefined, name: string | undefined): ToolCallPart | undefined {
    if (id !== undefined && id !== '') return this.#open.get(id);
    const named =
      name === undefined ? undefined : this.#named.first(name, (each) => this.#open.get(each)?.name === name);
    const first = named ?? this.#called.first((each) => this.#open.has(each));
    return first === undefined ? undefined : this.#open.get(first);
  }
}

/** Media that a model made: OpenRouter's `images`, and OpenAI's `audio: {id}`. */
function mediaOf(message: JsonObject): MediaPart[] {
  const images = asArray(message['images']).flatMap((image) => decodeImage(asObject(image)) ?? []);
  const id = asWord(asObject(message['audio'])?.['id']);
  if (id === undefined) return images;
  return [...images, { type: 'media', kind: 'audio', source: { from: 'file', id, protocol: NAME } }];
}

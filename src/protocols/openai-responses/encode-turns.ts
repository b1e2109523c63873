import { unsupportedNativePart } from '../shared/request/native-parts.ts';
import type { Conversation, Tool, Turn } from '../../core/conversation.ts';
import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, NativePart, Part, ReasoningPart, ToolCallPart, ToolResultPart } from '../../core/part.ts';
import { isReadableBy } from '../../core/signature.ts';
import type { Work } from '../../core/work.ts';
import { asArray, compact, parseObject } from '../../lib/json.ts';
import type { Addressee } from '../codec.ts';
import { failedContent } from '../shared/tools/failed-result.ts';
import { shortId } from '../shared/tools/generated-id.ts';
import { encodeMedia, encodeParts } from './encode-parts.ts';
import { NAME } from './name.ts';
import { isToolSearch, namespaceOf } from './namespaces.ts';

/** A conversation as `input`. */
export interface InputItems {
  readonly input: readonly unknown[];
  /** The parts that the API does not know. */
  readonly unsupported: readonly UnsupportedFeature[];
}

/** Writes the turns of a conversation as items, in order. */
export function encodeTurns({ turns, tools }: Conversation, to: Addressee, work: Work): InputItems {
  const writer = new ItemWriter(tools, to, work);
  for (const turn of turns) writer.turn(turn);
  return writer;
}

class ItemWriter implements InputItems {
  readonly input: unknown[] = [];
  readonly unsupported: UnsupportedFeature[] = [];
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #calls = new Map<string, ToolCallPart>();
  /** The parts of the message that is not written yet. */
  #said: Part[] = [];

  constructor(
    tools: readonly Tool[],
    private readonly to: Addressee,
    private readonly work: Work,
  ) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  turn(turn: Turn): void {
    if (this.#lacksThoughts(turn)) this.input.push(reasoningText(' '));
    for (const part of turn.parts) this.#part(part, turn.role);
    this.#message(turn.role);
  }

  #part(part: Part, role: Turn['role']): void {
    switch (part.type) {
      case 'text':
      case 'refusal':
        this.#said.push(part);
        return;
      case 'media':
        if (role !== 'assistant') {
          this.#said.push(part);
          return;
        }
        break;
      default:
    }
    this.#message(role);
    this.#item(part);
  }

  /** Writes the current message, if it has any content. */
  #message(role: Turn['role']): void {
    const said = this.#said;
    if (said.length === 0) return;
    this.#said = [];
    if (role === 'assistant') {
      const at = this.input.length;
      for (const part of said) {
        const message = assistantMessage(part, at);
        if (message !== undefined) this.input.push(message);
      }
    } else {
      this.input.push({ role: role === 'system' ? 'developer' : 'user', content: encodeParts(said) });
    }
  }

  #item(part: Part): void {
    switch (part.type) {
      case 'reasoning':
        this.#reasoning(part);
        break;
      case 'tool_call':
        this.#calls.set(part.id, part);
        this.input.push(this.#call(part));
        break;
      case 'tool_result':
        this.input.push(this.#result(part));
        break;
      case 'media':
        this.input.push(imageCall(part, this.input.length));
        break;
      case 'native':
        this.#native(part);
        break;
      default:
    }
  }

  #lacksThoughts({ role, parts }: Turn): boolean {
    const { thoughtsNeeded } = this.to.quirks;
    if (thoughtsNeeded === undefined || role !== 'assistant') return false;
    const isThought = (part: Part): boolean => part.type === 'reasoning' && part.text !== '';
    return !parts.some(isThought) && (thoughtsNeeded === 'all' || parts.some(({ type }) => type === 'tool_call'));
  }

  /**
   * Writes only thoughts that the model can read as its own: the API refuses others, unless the backend wants their
   * text. An item without content would refer to whatever is kept under its id, even another caller's.
   */
  #reasoning({ text, signature, id }: ReasoningPart): void {
    const { model, quirks } = this.to;
    if (signature === undefined || signature.value === '' || !isReadableBy(signature, NAME, model)) {
      if (quirks.reasoningBack !== undefined && text !== '') this.input.push(reasoningText(text));
      return;
    }
    const summary = text === '' ? [] : [{ type: 'summary_text', text }];
    this.input.push(compact({ type: 'reasoning', id, summary, encrypted_content: signature.value }));
  }

  #call({ id, name, arguments: args, freeform }: ToolCallPart): unknown {
    const tool = this.#tools.get(name);
    if (isToolSearch(tool)) {
      this.work.takeJson(args, `the arguments of ${name}`);
      return { type: 'tool_search_call', call_id: wireId(id), execution: 'client', arguments: parseObject(args) ?? {} };
    }
    const namespace = namespaceOf(tool);
    const named = { call_id: wireId(id), name: namespace?.tool ?? name, namespace: namespace?.name };
    if (freeform === true) return compact({ type: 'custom_tool_call', ...named, input: args });
    return compact({ type: 'function_call', ...named, arguments: args === '' ? '{}' : args });
  }

  #result({ callId, content: given, freeform, isError }: ToolResultPart): unknown {
    const call = this.#calls.get(callId);
    const id = wireId(callId);
    if (call !== undefined && isToolSearch(this.#tools.get(call.name))) {
      const found = given[0]?.type === 'text' ? given[0].text : '';
      this.work.takeJson(found, `the result of ${call.name}`);
      const tools = asArray(parsed(found));
      return { type: 'tool_search_output', call_id: id, execution: 'client', status: 'completed', tools };
    }
    const isFreeform = freeform ?? call?.freeform ?? false;
    const content = isError === true ? failedContent(given) : given;
    const only = content.length === 1 ? content[0] : undefined;
    const output = content.length === 0 ? '' : only?.type === 'text' ? only.text : encodeParts(content);
    return { type: isFreeform ? 'custom_tool_call_output' : 'function_call_output', call_id: id, output };
  }

  #native(part: NativePart): void {
    if (part.protocol === NAME) this.input.push(part.value);
    else this.unsupported.push(unsupportedNativePart(part));
  }
}

/** Thoughts as text, for backends that neither sign nor encrypt them. */
function reasoningText(text: string): unknown {
  return { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text }] };
}

/** The id of a call in the form that this API takes. */
function wireId(id: string): string {
  return shortId(id, 64);
}

/** A part of an assistant message. A text needs no id this way. A refusal needs the full form. */
function assistantMessage(part: Part, index: number): unknown {
  if (part.type === 'text') return part.text === '' ? undefined : { role: 'assistant', content: part.text };
  if (part.type !== 'refusal') return undefined;
  return {
    type: 'message',
    id: `msg_${index}`,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'refusal', refusal: part.text }],
  };
}

/** An image that the assistant made. */
function imageCall(part: MediaPart, index: number): unknown {
  const { kind, source } = part;
  if (kind !== 'image')
    throw new UnsupportedFeatureError(required(kind, 'in what the assistant said is nothing that this API takes'));
  // An image by URL becomes an input image.
  if (source.from !== 'base64') return { role: 'user', content: [encodeMedia(part)] };
  return { type: 'image_generation_call', id: `ig_${index}`, status: 'completed', result: source.data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

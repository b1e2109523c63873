import type { Tool, Turn } from '../../core/conversation.ts';
import type { Part, Signature, TextPart } from '../../core/part.ts';
import { signatureFrom } from '../../core/signature.ts';
import { asArray, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { asOwnMessage } from '../shared/texts/breaks.ts';
import { isConfigurationUpdate } from './configuration.ts';
import { decodeParts, decodeResultParts, textOf } from './decode-parts.ts';
import { decodeTools } from './decode-tools.ts';
import { NAME } from './name.ts';
import { flatName, type FlatName, TOOL_SEARCH } from './namespaces.ts';
import { isReference } from './response-id.ts';

/** The content of an input's items. */
export interface Input {
  /** Messages of the system or developer before all others. */
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
  /** Tools that were added in the course of the conversation. */
  readonly tools: readonly Tool[];
}

/**
 * Reads the items of an input. Consecutive items of the assistant are one turn. `flat` gives the names of called tools.
 */
export function decodeTurns(items: readonly unknown[], flat: FlatName = flatName): Input {
  const reader = new InputReader(flat);
  for (const [index, item] of items.entries()) {
    reader.read(asObject(item) ?? refuseField(`input[${index}]`, 'has to be an object'), index);
  }
  const { system, turns, tools } = reader;
  return { system, turns: turns.filter(({ parts }) => parts.length > 0), tools };
}

class InputReader implements Input {
  readonly system: TextPart[] = [];
  readonly turns: { role: Turn['role']; parts: Part[] }[] = [];
  readonly tools: Tool[] = [];
  /** The signature of the next call. */
  #nextSignature: Signature | undefined;
  /** The last turn in which the assistant has said something as text. */
  #lastSaid: Turn | undefined;
  /** The last user turn holds only tool results. */
  #isGiving = false;

  constructor(private readonly flat: FlatName) {}

  read(item: JsonObject, index: number): void {
    const { type = 'role' in item ? 'message' : undefined } = item;
    switch (type) {
      case 'message':
        this.#message(item, index);
        break;
      case 'reasoning':
        this.#reasoning(item);
        break;
      case 'function_call':
      case 'custom_tool_call':
        this.#call(item, type === 'custom_tool_call');
        break;
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.#result(item, type === 'custom_tool_call_output');
        break;
      case 'tool_search_call':
      case 'tool_search_output':
        this.#toolSearch(item, type === 'tool_search_call', index);
        break;
      case 'additional_tools':
        this.#offer(item['tools'], `input[${index}].tools`);
        break;
      default:
        if (isReference(item) || isConfigurationUpdate(item)) break;
        if (typeof type !== 'string') refuseField(`input[${index}].type`, 'has to be a text');
        this.#native(item, type);
    }
  }

  #offer(tools: unknown, field: string): void {
    if (!Array.isArray(tools)) refuseField(field, 'has to be a list');
    for (const tool of decodeTools(tools as unknown[], this.flat, field)) this.tools.push(tool);
  }

  #message(item: JsonObject, index: number): void {
    const role = item['role'];
    const parts = decodeParts(item['content'], `input[${index}].content`);
    switch (role) {
      case 'system':
      case 'developer':
        if (this.turns.length > 0) this.turns.push({ role: 'system', parts });
        else for (const part of parts) if (part.type === 'text') this.system.push(part);
        break;
      case 'assistant':
        this.#say(this.#lastSaid !== undefined && this.turns.at(-1) === this.#lastSaid ? asOwnMessage(parts) : parts);
        if (parts.some(({ type }) => type === 'text' || type === 'refusal')) this.#lastSaid = this.turns.at(-1);
        break;
      case 'user':
        this.turns.push({ role, parts });
        this.#isGiving = parts.every(({ type }) => type === 'native');
        break;
      default:
        refuseField(`input[${index}].role`, 'has to be `user`, `assistant`, `system` or `developer`');
    }
  }

  /** Adds to the assistant's turn. */
  #say(parts: readonly Part[]): void {
    const last = this.turns.at(-1);
    if (last?.role === 'assistant') for (const part of parts) last.parts.push(part);
    else this.turns.push({ role: 'assistant', parts: [...parts] });
  }

  /** Adds to the turn with the results. */
  #give(part: Part): void {
    const last = this.turns.at(-1);
    if (last?.role === 'user' && this.#isGiving) {
      last.parts.push(part);
    } else {
      this.turns.push({ role: 'user', parts: [part] });
      this.#isGiving = true;
    }
  }

  #reasoning(item: JsonObject): void {
    const encrypted = asWord(item['encrypted_content']);
    const marked = encrypted === undefined ? undefined : signatureFrom(encrypted, NAME);
    if (marked?.attachment === 'next') {
      this.#nextSignature = marked.signature;
    } else if (marked?.attachment === 'previous') {
      this.#sign(marked.signature);
    } else {
      const isOthers = marked !== undefined && marked.signature.protocol !== NAME;
      const id = isOthers ? marked.id : asWord(item['id']);
      const text = thoughtsOf(item);
      if (text === '' && marked === undefined && id === undefined) return;
      this.#say([{ type: 'reasoning', text, signature: marked?.signature, redacted: marked?.redacted, id }]);
    }
  }

  /** Adds a signature to the last text. */
  #sign(signature: Signature): void {
    const parts = this.turns.at(-1)?.parts;
    const last = parts?.at(-1);
    if (parts !== undefined && last?.type === 'text') parts[parts.length - 1] = { ...last, signature };
  }

  #call(item: JsonObject, freeform: boolean): void {
    this.#say([
      {
        type: 'tool_call',
        id: asWord(item['call_id']) ?? asWord(item['id']) ?? generatedId(),
        name: this.flat(asString(item['name']) ?? '', asWord(item['namespace'])),
        arguments: asString(item[freeform ? 'input' : 'arguments']) ?? '',
        ...(freeform ? { freeform } : {}),
        ...this.#takeSignature(),
      },
    ]);
  }

  #takeSignature(): { signature?: Signature } {
    const signature = this.#nextSignature;
    this.#nextSignature = undefined;
    return signature === undefined ? {} : { signature };
  }

  #result(item: JsonObject, freeform: boolean): void {
    this.#give({
      type: 'tool_result',
      callId: asString(item['call_id']) ?? '',
      content: decodeResultParts(item['output']),
      ...(freeform ? { freeform } : {}),
    });
  }

  /** Where the client searches, the search for tools is a tool like any other, and its results are tools. */
  #toolSearch(item: JsonObject, isCall: boolean, index: number): void {
    const callId = asWord(item['call_id']);
    const tools = asArray(item['tools']);
    this.#offer(tools, `input[${index}].tools`);
    if (item['execution'] !== 'client' || callId === undefined) {
      this.#native(item, isCall ? 'tool_search_call' : 'tool_search_output');
    } else if (isCall) {
      const args = JSON.stringify(item['arguments'] ?? {});
      this.#say([{ type: 'tool_call', id: callId, name: TOOL_SEARCH, arguments: args, ...this.#takeSignature() }]);
    } else {
      this.#give({ type: 'tool_result', callId, content: [{ type: 'text', text: JSON.stringify(tools) }] });
    }
  }

  #native(item: JsonObject, kind: string): void {
    const part: Part = { type: 'native', protocol: NAME, kind, value: item };
    // The output of a call that the client ran. A provider reports outputs of its own.
    const isClients = (kind.endsWith('_output') && kind !== 'tool_search_output') || kind === 'mcp_approval_response';
    if (isClients) this.#give(part);
    else this.#say([part]);
  }
}

/** The text of a reasoning item: the thoughts, or else their summary. */
export function thoughtsOf(item: JsonObject): string {
  const content = asArray(item['content']).map(textOf);
  return (content.some((text) => text !== '') ? content : asArray(item['summary']).map(textOf)).join('\n\n');
}

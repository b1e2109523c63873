import type { AnswerEvent } from '../../core/event.ts';
import { asNumber, asObject, asWord, parseObject, type JsonObject } from '../../lib/json.ts';
import { unwrapInput } from '../freeform.ts';
import { madeUpId } from '../made-up-id.ts';
import { callSignature } from './calls.ts';
import type { Reading } from './decode-answer.ts';

/** A call that has begun. */
interface OpenCall {
  /** Its `index` on the wire, if it has one. */
  readonly key: number | undefined;
  id: string | undefined;
  name: string | undefined;
  /** Its part's number, once its name is known. */
  part: number | undefined;
  /** Its arguments, or its input, so far. */
  text: string;
  readonly isCustom: boolean;
  isSigned: boolean;
  hasEnded: boolean;
}

/** Follows the tool calls of one stream. Vendors leave out indexes, ids or both, repeat names, or send whole calls at once. */
export class CallStream {
  readonly #calls: OpenCall[] = [];
  /** A call has begun whose name is known. */
  any = false;

  /** `nextPart` gives the number for a part that begins. */
  constructor(
    private readonly reading: Reading,
    private readonly nextPart: () => number,
  ) {}

  /** Takes an entry of `tool_calls`. */
  push(entry: JsonObject, out: AnswerEvent[]): void {
    const custom = asObject(entry['custom']);
    const said = custom ?? asObject(entry['function']);
    const id = asWord(entry['id']);
    const name = this.#nameOf(asWord(said?.['name']));
    const call = this.#find(asNumber(entry['index']), id, name) ?? this.#add(entry, out);
    if (call.hasEnded) return;
    call.id ??= id;
    call.name ??= name;
    const text = textOf(said?.['arguments'] ?? said?.['input']);
    if (call.part === undefined && call.name !== undefined) this.#begin(call, call.name, out);
    this.#sign(call, entry, out);
    call.text += text;
    if (text !== '') this.#tell(call, text, out);
  }

  /** Ends those whose arguments are all there. */
  endComplete(out: AnswerEvent[]): void {
    for (const call of this.#calls) if (!call.hasEnded && isComplete(call)) this.#end(call, out);
  }

  endAll(out: AnswerEvent[]): void {
    for (const call of this.#calls) if (!call.hasEnded) this.#end(call, out);
  }

  /** The call that an entry goes on with; undefined if it begins a new one. */
  #find(key: number | undefined, id: string | undefined, name: string | undefined): OpenCall | undefined {
    const found =
      key === undefined
        ? id === undefined
          ? this.#calls.at(-1)
          : (this.#calls.findLast((call) => call.id === id) ?? (name === undefined ? this.#calls.at(-1) : undefined))
        : this.#calls.findLast((call) => call.key === key);
    if (found === undefined || name === undefined || found.name === undefined) return found;
    // A name begins a call, unless it is only repeated.
    if (id !== undefined) return found.id === undefined || found.id === id ? found : undefined;
    return key === undefined || isComplete(found) ? undefined : found;
  }

  #add(entry: JsonObject, out: AnswerEvent[]): OpenCall {
    this.endComplete(out);
    const call: OpenCall = {
      key: asNumber(entry['index']),
      id: undefined,
      name: undefined,
      part: undefined,
      text: '',
      isCustom: entry['custom'] !== undefined,
      isSigned: false,
      hasEnded: false,
    };
    this.#calls.push(call);
    return call;
  }

  #begin(call: OpenCall, name: string, out: AnswerEvent[]): void {
    this.any = true;
    call.part = this.nextPart();
    const id = call.id ?? madeUpId();
    const freeform = call.isCustom || this.reading.wrapped.has(name) ? { freeform: true } : {};
    out.push({ type: 'part_start', index: call.part, part: 'tool_call', id, name, ...freeform });
    if (call.text !== '') this.#tell(call, call.text, out);
  }

  #sign(call: OpenCall, entry: JsonObject, out: AnswerEvent[]): void {
    if (call.isSigned || call.part === undefined || entry['extra_content'] === undefined) return;
    const signature = callSignature(entry, this.reading.model);
    if (signature === undefined) return;
    call.isSigned = true;
    out.push({ type: 'signature', index: call.part, signature });
  }

  /** A wrapped input is told when it is whole. */
  #tell(call: OpenCall, text: string, out: AnswerEvent[]): void {
    if (call.part !== undefined && !this.#isWrapped(call)) out.push({ type: 'delta', index: call.part, text });
  }

  #end(call: OpenCall, out: AnswerEvent[]): void {
    call.hasEnded = true;
    if (call.part === undefined) return;
    const rest = this.#isWrapped(call) ? unwrapInput(call.text) : call.text === '' && !call.isCustom ? '{}' : '';
    if (rest !== '') out.push({ type: 'delta', index: call.part, text: rest });
    out.push({ type: 'part_end', index: call.part });
    call.text = '';
  }

  #nameOf(written: string | undefined): string | undefined {
    return written === undefined ? undefined : (this.reading.names.get(written) ?? written);
  }

  #isWrapped({ name, isCustom }: OpenCall): boolean {
    return !isCustom && name !== undefined && this.reading.wrapped.has(name);
  }
}

/** Arguments are a string, or with some vendors the object itself. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

/** Of plain text nobody can tell; only OpenAI sends it, one call after the other. */
function isComplete({ text, isCustom }: OpenCall): boolean {
  if (isCustom) return text !== '';
  return text.trimEnd().endsWith('}') && parseObject(text) !== undefined;
}

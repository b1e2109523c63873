import type { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { JsonProgress } from '../../lib/json-progress.ts';
import { asId, asIndex, asObject, asWord, parseObject, type JsonObject } from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { unwrapInput } from '../shared/tools/freeform.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { readArguments } from '../shared/texts/read.ts';
import { callSignature } from './calls.ts';
import type { Reading } from './decode-answer.ts';

/** A call that has begun. */
interface OpenCall {
  /** Its `index` in the stream, if it has one. */
  readonly key: number | undefined;
  id: string | undefined;
  name: string | undefined;
  /** The index of its part, once its name is known. */
  part: number | undefined;
  /** Its arguments, or its input, so far. */
  text: string;
  readonly isCustom: boolean;
  readonly progress: JsonProgress;
  isSigned: boolean;
  hasEnded: boolean;
}

/** Reads the tool calls of one stream. Vendors leave out indexes or ids, repeat names, or send whole calls. */
export class CallStream {
  /** The last call; the last one of each index and of each id. */
  #last: OpenCall | undefined;
  readonly #byKey = new Map<number, OpenCall>();
  readonly #byId = new Map<string, OpenCall>();
  /** The calls that have not ended, and those of them that may be complete. */
  readonly #open = new Set<OpenCall>();
  readonly #closed = new Set<OpenCall>();
  /** Whether a call with a known name has begun. */
  any = false;

  /** `nextPart` gives the index for a new part. */
  constructor(
    private readonly reading: Reading,
    private readonly nextPart: () => number,
    private readonly work: AnswerWork,
  ) {}

  /** Takes an entry of `tool_calls`. */
  push(entry: JsonObject, out: AnswerEvent[]): void {
    const custom = asObject(entry['custom']);
    // Some vendors leave out the `function` object around name and arguments.
    const said = custom ?? asObject(entry['function']) ?? entry;
    const id = asId(entry['id']);
    const name = asWord(said['name']);
    const call = this.#find(asIndex(entry['index']), id, name) ?? this.#new(entry, out);
    if (call.hasEnded) return;
    // Python's SDK concatenates the pieces of a name, JavaScript's takes the last.
    if (name !== undefined && call.name !== undefined && name !== call.name)
      throw new MalformedAnswer('a call whose name changes');
    if (call.id === undefined && id !== undefined) {
      call.id = id;
      this.work.keepText(id);
      this.#byId.set(id, call);
    }
    call.name ??= name;
    const text = readArguments(said['arguments'] ?? said['input']);
    if (call.part === undefined && call.name !== undefined) this.#begin(call, call.name, out);
    this.#sign(call, entry, out);
    if (text === '') return;
    this.#add(call, text);
    this.#tell(call, text, out);
  }

  /** Ends the calls whose arguments are complete. */
  endComplete(out: AnswerEvent[]): void {
    for (const call of this.#closed) {
      // Closed text that is not JSON will never be.
      if (isComplete(call)) this.#end(call, out);
      else this.#closed.delete(call);
    }
  }

  endAll(out: AnswerEvent[]): void {
    for (const call of this.#open) this.#end(call, out);
  }

  /** The call that an entry continues; undefined if it begins a new one. */
  #find(key: number | undefined, id: string | undefined, name: string | undefined): OpenCall | undefined {
    const found =
      key !== undefined
        ? this.#byKey.get(key)
        : id === undefined
          ? this.#last
          : (this.#byId.get(id) ?? (name === undefined ? this.#last : undefined));
    if (found === undefined || name === undefined || found.name === undefined) return found;
    // A name begins a call, unless it repeats the last one.
    if (id !== undefined) return found.id === undefined || found.id === id ? found : undefined;
    return key === undefined || isComplete(found) ? undefined : found;
  }

  #new(entry: JsonObject, out: AnswerEvent[]): OpenCall {
    this.endComplete(out);
    this.work.keep();
    const key = asIndex(entry['index']);
    const call: OpenCall = {
      key,
      id: undefined,
      name: undefined,
      part: undefined,
      text: '',
      isCustom: entry['custom'] !== undefined,
      progress: new JsonProgress(),
      isSigned: false,
      hasEnded: false,
    };
    this.#last = call;
    this.#open.add(call);
    if (key !== undefined) this.#byKey.set(key, call);
    return call;
  }

  #add(call: OpenCall, text: string): void {
    this.work.keepText(text);
    call.text += text;
    if (!call.isCustom) call.progress.push(text);
    if (call.isCustom || call.progress.isClosed) this.#closed.add(call);
    else this.#closed.delete(call);
  }

  #begin(call: OpenCall, name: string, out: AnswerEvent[]): void {
    this.any = true;
    call.part = this.nextPart();
    const id = call.id ?? generatedId();
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

  /** A wrapped input goes out when it is complete. */
  #tell(call: OpenCall, text: string, out: AnswerEvent[]): void {
    if (call.part !== undefined && !this.#isWrapped(call)) out.push({ type: 'delta', index: call.part, text });
  }

  #end(call: OpenCall, out: AnswerEvent[]): void {
    call.hasEnded = true;
    this.#open.delete(call);
    this.#closed.delete(call);
    if (call.part === undefined) return;
    const rest = this.#isWrapped(call) ? unwrapInput(call.text) : call.text === '' && !call.isCustom ? '{}' : '';
    if (rest !== '') out.push({ type: 'delta', index: call.part, text: rest });
    out.push({ type: 'part_end', index: call.part });
    call.text = '';
  }

  #isWrapped({ name, isCustom }: OpenCall): boolean {
    return !isCustom && name !== undefined && this.reading.wrapped.has(name);
  }
}

/** Plain text has no recognisable end. Only OpenAI sends it, one call after the other. */
function isComplete({ text, isCustom, progress }: OpenCall): boolean {
  if (isCustom) return text !== '';
  return progress.isClosed && parseObject(text) !== undefined;
}

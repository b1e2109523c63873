import { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { asArray, asId, asIndex, asObject, asString, asWord, parseObject, type JsonObject } from '../../lib/json.ts';
import { MalformedAnswer, type StreamDecoder } from '../codec.ts';
import { readArguments, readText } from '../shared/texts/read.ts';
import { decodeCitation } from './citations.ts';
import { decodeFinish } from './finish.ts';
import { unwrapInput } from '../shared/tools/freeform.ts';
import { NAME } from './name.ts';
import { mergedUsage, usageFrom } from './usage.ts';

/** The facts of a request that decide how its answer is read. */
export interface Expected {
  readonly model: string;
  /** The names of freeform tools. They were sent as functions. */
  readonly freeform: ReadonlySet<string>;
  /** The tool whose arguments are the text of the answer. */
  readonly outputTool: string | undefined;
}

/** A block that has begun and not ended. */
interface Block {
  readonly index: number;
  /** `held_call`: the input is kept until it is complete. */
  readonly kind: 'text' | 'reasoning' | 'call' | 'held_call' | 'native';
  /** The block as it began. */
  readonly head: JsonObject;
  /** The text so far, for citations that follow at its end; or the input that is held. */
  text: string;
  /** How many UTF-16 units of text have been sent. */
  length: number;
  readonly citations: unknown[];
}

/** Reads a stream of named events. */
export class MessageStreamDecoder implements StreamDecoder {
  readonly #blocks = new Map<unknown, Block>();
  #usage: JsonObject | undefined;
  #stop: JsonObject | undefined;
  #begun = false;
  #finished = false;
  #parts = 0;
  #outputOnly = false;
  #calls = false;

  constructor(
    private readonly expected: Expected,
    private readonly work = new AnswerWork(),
  ) {}

  push(value: unknown, name?: string): readonly AnswerEvent[] {
    const event = asObject(value);
    if (event === undefined) return NONE;
    switch (event['type'] ?? name) {
      case 'content_block_delta':
        return this.#delta(event);
      case 'content_block_start':
        return [...this.#begin(), ...this.#blockStart(keyOf(event), asObject(event['content_block']) ?? {})];
      case 'content_block_stop':
        return this.#blockStop(keyOf(event));
      case 'message_start':
        return this.#begin(asObject(event['message']));
      case 'message_delta':
        this.#usage = mergedUsage(this.#usage, event['usage']);
        this.#stops(asObject(event['delta']));
        return [];
      case 'message_stop':
        return this.end();
      default:
        return [];
    }
  }

  end(): readonly AnswerEvent[] {
    if (this.#finished) return [];
    this.#finished = true;
    const events = [...this.#begin()];
    for (const index of this.#blocks.keys()) for (const said of this.#blockStop(index)) events.push(said);
    const explanation = asWord(asObject(this.#stop?.['stop_details'])?.['explanation']);
    if (explanation !== undefined && this.#stop?.['stop_reason'] === 'refusal') {
      const index = this.#parts++;
      events.push({ type: 'part_start', index, part: 'refusal' }, { type: 'delta', index, text: explanation });
      events.push({ type: 'part_end', index });
    }
    const usage = usageFrom(this.#usage);
    if (usage !== undefined) events.push({ type: 'usage', usage });
    const finish = decodeFinish(this.#stop?.['stop_reason'], this.#stop?.['stop_sequence']);
    // The client does not see the call of the output tool.
    const answered = finish.reason === 'tool_calls' && this.#outputOnly && !this.#calls;
    events.push({ type: 'finish', finish: answered ? { ...finish, reason: 'stop' } : finish });
    return events;
  }

  /** Reads known fields only. A stream may have any number of these events. */
  #stops(delta: JsonObject | undefined): void {
    if (delta === undefined) return;
    // A later event without a reason does not take back an earlier reason.
    this.#stop = {
      stop_reason: delta['stop_reason'] ?? this.#stop?.['stop_reason'],
      stop_sequence: delta['stop_sequence'] ?? this.#stop?.['stop_sequence'],
      stop_details: delta['stop_details'] ?? this.#stop?.['stop_details'],
    };
  }

  #begin(message?: JsonObject): readonly AnswerEvent[] {
    this.#usage = mergedUsage(this.#usage, message?.['usage']);
    if (this.#begun) return NONE;
    this.#begun = true;
    return [{ type: 'start', id: asId(message?.['id']), model: asWord(message?.['model']) }];
  }

  #blockStart(key: unknown, head: JsonObject): AnswerEvent[] {
    const events = this.#blocks.has(key) ? [...this.#blockStop(key)] : [];
    const index = this.#parts++;
    const type = asString(head['type']);
    const name = asString(head['name']) ?? '';
    const isOutput = type === 'tool_use' && head['name'] === this.expected.outputTool;
    const freeform = this.expected.freeform.has(name);
    const block: Block = { index, kind: kindOf(type, freeform), head, text: '', length: 0, citations: [] };
    this.work.keep();
    // Keeps a native block as it is until it ends.
    if (block.kind === 'native') this.work.keepText(JSON.stringify(head));
    this.#blocks.set(key, block);
    switch (type) {
      case 'text':
        events.push({ type: 'part_start', index, part: 'text' }, ...this.#said(block, readText(head['text'])));
        for (const citation of asArray(head['citations'])) this.#cites(block, citation);
        break;
      case 'thinking':
        events.push({ type: 'part_start', index, part: 'reasoning' }, ...this.#said(block, readText(head['thinking'])));
        events.push(...this.#signed(block, head['signature']));
        break;
      case 'redacted_thinking':
        events.push({ type: 'part_start', index, part: 'reasoning', redacted: true });
        events.push(...this.#signed(block, head['data']));
        break;
      case 'tool_use':
        if (isOutput) {
          this.#outputOnly = true;
          events.push({ type: 'part_start', index, part: 'text' });
        } else {
          this.#calls = true;
          const id = asId(head['id']) ?? generatedId();
          events.push({ type: 'part_start', index, part: 'tool_call', id, name, ...(freeform ? { freeform } : {}) });
        }
        break;
      case undefined:
      default:
        break;
    }
    return events;
  }

  #delta(event: JsonObject): readonly AnswerEvent[] {
    const delta = asObject(event['delta']) ?? {};
    const kind = deltaKind(delta);
    const key = keyOf(event);
    const block = this.#blocks.get(key);
    if (block === undefined) {
      // A delta of a block that never began.
      const type = BLOCK_TYPES.get(kind);
      if (type !== undefined) return [...this.#begin(), ...this.#blockStart(key, { type }), ...this.#delta(event)];
      if (kind === 'input_json_delta' && readArguments(delta['partial_json']) !== '')
        throw new MalformedAnswer('pieces of a call that nobody has named');
      return NONE;
    }
    switch (kind) {
      case 'text_delta':
        return this.#said(block, readText(delta['text']));
      case 'thinking_delta':
        return this.#said(block, readText(delta['thinking']));
      case 'input_json_delta':
        return this.#said(block, readArguments(delta['partial_json']));
      case 'signature_delta':
        return this.#signed(block, delta['signature']);
      case 'citations_delta':
        this.#cites(block, delta['citation']);
        return NONE;
      default:
        return NONE;
    }
  }

  #said(block: Block, text: string | undefined): readonly AnswerEvent[] {
    if (text === undefined || text === '') return NONE;
    if (block.kind === 'native' || block.kind === 'held_call') {
      this.work.keepText(text);
      block.text += text;
      return NONE;
    }
    block.length += text.length;
    return [{ type: 'delta', index: block.index, text }];
  }

  #cites(block: Block, citation: unknown): void {
    this.work.keep();
    this.work.keepText(JSON.stringify([citation]));
    block.citations.push(citation);
  }

  #signed({ index, kind }: Block, value: unknown): readonly AnswerEvent[] {
    if (kind !== 'reasoning' || typeof value !== 'string' || value === '') return NONE;
    return [{ type: 'signature', index, signature: { protocol: NAME, model: this.expected.model, value } }];
  }

  #blockStop(key: unknown): readonly AnswerEvent[] {
    const block = this.#blocks.get(key);
    if (block === undefined) return NONE;
    this.#blocks.delete(key);
    const { index, kind, head, length, citations } = block;
    if (kind === 'native') return [{ type: 'whole', index, part: nativeOf(block) }];
    const rest = kind === 'call' && length === 0 ? inputText(head) : kind === 'held_call' ? heldText(block) : '';
    return [
      ...(rest === '' ? [] : [{ type: 'delta', index, text: rest } as const]),
      ...citations.flatMap((value): AnswerEvent[] => {
        const citation = decodeCitation(value, length);
        return citation === undefined ? [] : [{ type: 'citation', index, citation }];
      }),
      { type: 'part_end', index },
    ];
  }
}

const NONE: readonly AnswerEvent[] = [];

/** The index of a block. Some backends quote it. */
function keyOf({ index }: JsonObject): unknown {
  return asIndex(index) ?? index;
}

/** Some backends leave out the type of a delta, so its members decide. */
function deltaKind(delta: JsonObject): unknown {
  if (delta['type'] !== undefined) return delta['type'];
  if (delta['text'] !== undefined) return 'text_delta';
  if (delta['thinking'] !== undefined) return 'thinking_delta';
  return delta['partial_json'] === undefined ? undefined : 'input_json_delta';
}

const BLOCK_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'thinking'],
]);

function kindOf(type: string | undefined, freeform: boolean): Block['kind'] {
  switch (type) {
    case 'text':
      return 'text';
    case 'thinking':
    case 'redacted_thinking':
      return 'reasoning';
    case 'tool_use':
      return freeform ? 'held_call' : 'call';
    default:
      return 'native';
  }
}

/** The input of a call that has no deltas: some vendors send all of it when the block begins. */
function inputText({ input }: JsonObject): string {
  // Some vendors send the JSON as a string.
  if (typeof input === 'string' && parseObject(input) !== undefined) return input;
  return JSON.stringify(asObject(input) ?? {});
}

function heldText({ text, head }: Block): string {
  return unwrapInput(text === '' ? inputText(head) : text);
}

function nativeOf({ head, text }: Block) {
  const kind = asString(head['type']) ?? 'unknown';
  const value = text === '' ? head : { ...head, input: parseObject(text) ?? {} };
  return { type: 'native', protocol: NAME, kind, value } as const;
}

/** Generates an id for a call without one. */
function generatedId(): string {
  return `call_${Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('hex')}`;
}

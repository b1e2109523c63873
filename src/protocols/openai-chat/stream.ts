import type { Operation } from '../../core/exchange.ts';
import { mergeUsage } from '../../core/merge-usage.ts';
import type { Usage } from '../../core/record.ts';
import { asIndex, asList, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { meaningOf, type BrokenEnd } from '../shared/finish/words.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { brokenChoice, choiceError } from './finish.ts';
import { hasContent } from './holds-answer.ts';
import { noteBlocks } from './note-blocks.ts';
import { asStream } from './replay.ts';
import { readUsage } from './usage.ts';
import { usageRequest } from './usage-request.ts';
import { readBaseResp, saysError } from '../../core/vendor-error.ts';

/** `chat.completion.chunk`s without names, ended by `[DONE]`. */
export const stream: StreamGrammar = {
  keepAlive: ': keep-alive\n\n',
  end: 'data: [DONE]\n\n',
  isEnd: (data) => data.charCodeAt(0) === 91 /* [ */ && data.trim() === '[DONE]',
  read: (request, operation) => new ChatStreamReader(request, operation),
  noteBlocks,
  fromPlain: asStream,
  usageRequest,
  textFields: ['content', 'reasoning_content', 'reasoning', 'refusal', 'arguments', 'text'],
};

const TEXT_KEY = '"content":"';

/** The members of a chunk that the reader looks at. */
interface Chunk {
  readonly error?: unknown;
  readonly object?: unknown;
  readonly usage?: unknown;
  readonly x_groq?: unknown;
  readonly base_resp?: unknown;
  readonly choices?: unknown;
  readonly type?: unknown;
  readonly id?: unknown;
  readonly model?: unknown;
}

interface Choice {
  readonly index?: unknown;
  readonly delta?: unknown;
  /** Some vendors write `message` for `delta`. */
  readonly message?: unknown;
  /** Legacy completions. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
  readonly error?: unknown;
}

/** Reads a stream of `chat.completion.chunk`s, of legacy completions, or of typed events (images, audio). */
export class ChatStreamReader implements StreamReader {
  usage: Usage | undefined;
  id: string | undefined;
  model: string | undefined;
  finishReason: string | undefined;
  said = 0;
  textKey: string | undefined;
  broken: BrokenEnd | undefined;
  /** Bit i: choice i has begun, or has its finish reason. Choices from 31 on share the last bit. */
  #begun = 0;
  #ended = 0;
  /** A choice that has not begun has not ended either. */
  #choices: number;
  /** A chunk without choices has no content. */
  readonly #isChat: boolean;

  /** `request` is the body that the stream answers. */
  constructor(request?: Readonly<Record<string, unknown>>, operation?: Operation) {
    this.#isChat = operation === 'generate';
    const asked = request?.['n'];
    this.#choices = typeof asked === 'number' && asked > 1 ? Math.min(asked, 31) : 1;
  }

  get finished(): boolean {
    if (this.#ended === 0 || this.#begun !== this.#ended) return false;
    return this.#choices === 1 || bitsOf(this.#ended) >= this.#choices;
  }

  see(event: unknown, name?: string): 'content' | 'error' | 'foreign_error' | 'broken' | 'other' {
    this.textKey = undefined;
    if (typeof event !== 'object' || event === null) return 'other';
    const chunk = event as Chunk;
    if (chunk.error !== undefined && saysError(chunk.error)) return 'error';
    // vLLM's errors have no `error` around them, and others show only in the event's name. The SDKs throw on neither.
    if (chunk.object === 'error' || name === 'error') return 'foreign_error';
    if (chunk.base_resp !== undefined && readBaseResp(chunk) !== undefined) return 'foreign_error';
    this.id ??= asWord(chunk.id);
    this.model ??= asWord(chunk.model);
    const { choices } = chunk;
    if (typeof choices !== 'object' || choices === null) {
      this.#seeUsage(chunk);
      return this.#isChat ? 'other' : this.#seeTyped(chunk.type);
    }
    const ended = this.#ended;
    let content = false;
    for (const choice of asList(choices) as (Choice | null)[]) {
      if (choice === null) continue;
      if (this.#seeChoice(choice)) content = true;
      if (this.broken !== undefined && this.broken.cause !== 'unknown') {
        this.#seeUsage(chunk);
        return 'broken';
      }
    }
    // Vendors that report usage elsewhere do so at the end, or without content.
    if (chunk.usage !== undefined || chunk.x_groq !== undefined || !content || this.#ended !== ended)
      this.#seeUsage(chunk);
    // An event with a finish or usage is not one to compare with.
    if (content && this.#ended === 0 && (chunk.usage ?? chunk.x_groq ?? undefined) === undefined)
      this.textKey = TEXT_KEY;
    return content ? 'content' : 'other';
  }

  #seeUsage(chunk: Chunk): void {
    const usage = readUsage(chunk);
    if (usage !== undefined) this.usage = mergeUsage(this.usage, usage);
  }

  #seeChoice(choice: Choice): boolean {
    const bit = 1 << Math.min(asIndex(choice.index) ?? 0, 30);
    this.#begun |= bit;
    const content =
      (typeof choice.text === 'string' && choice.text !== '') ||
      hasContent(choice.delta) ||
      (choice.message !== undefined && hasContent(choice.message));
    if (content) this.said += saidIn(choice.delta ?? choice.message) + lengthOf(choice.text);
    if (content && this.#ended !== 0 && goesOn(choice)) this.#goOn(bit);
    if ((choice.finish_reason ?? choiceError(choice as JsonObject)) === undefined) return content;
    return this.#seeFinish(choice, bit) || content;
  }

  /** Some vendors send a finish with every chunk. One that is followed by content does not count. */
  #goOn(bit: number): void {
    this.#ended &= ~bit;
    this.broken = undefined;
  }

  /** Whether the finish is a good end. */
  #seeFinish(choice: Choice, bit: number): boolean {
    const broken = brokenChoice(choice as JsonObject);
    if (broken === undefined && meaningOf(choice.finish_reason) === 'unfinished') return false;
    this.#ended |= bit;
    this.finishReason = asWord(choice.finish_reason);
    this.broken = broken;
    return broken === undefined;
  }

  /** Streams of images and audio end in an event whose type says so: `….completed`, `….done`. */
  #seeTyped(type: unknown): 'content' | 'other' {
    this.#begun |= 1;
    this.#choices = 1;
    this.#ended = typeof type === 'string' && (type.endsWith('.completed') || type.endsWith('.done')) ? 1 : 0;
    return 'content';
  }
}

/** Whether the model says anything. After a finish, other fields are remarks of the vendor. */
const SAID = ['content', 'reasoning_content', 'reasoning', 'tool_calls', 'function_call', 'refusal', 'audio', 'images'];

function goesOn({ text, delta }: Choice): boolean {
  if (typeof text === 'string' && text !== '') return true;
  const fields = (delta ?? {}) as Record<string, unknown>;
  return SAID.some((name) => hasContent({ said: fields[name] }));
}

/** How much text a delta has. Vendors that tell thoughts twice are counted once. */
function saidIn(delta: unknown): number {
  if (typeof delta !== 'object' || delta === null) return lengthOf(delta);
  const { content, tool_calls: calls } = delta as Delta;
  // Most deltas are of one kind.
  if (typeof content === 'string' && content !== '') return content.length;
  const { reasoning_content: thoughts, reasoning, refusal } = delta as Delta;
  const said = (lengthOf(thoughts) || lengthOf(reasoning)) + lengthOf(refusal);
  return calls === undefined || calls === null ? said : said + saidInCalls(calls);
}

function saidInCalls(calls: unknown): number {
  let said = 0;
  for (const call of asList(calls)) {
    const { name, arguments: args } = asObject(asObject(call)?.['function']) ?? NO_CALL;
    said += lengthOf(name) + lengthOf(args);
  }
  return said;
}

type Delta = Readonly<
  Partial<Record<'content' | 'reasoning_content' | 'reasoning' | 'refusal' | 'tool_calls', unknown>>
>;

const NO_CALL: JsonObject = {};

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}

function bitsOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

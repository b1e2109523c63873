import type { Operation } from '../../core/exchange.ts';
import { mergeUsage } from '../../core/merge-usage.ts';
import type { Usage } from '../../core/record.ts';
import { asIndex, asList } from '../../lib/json.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { hasContent } from './holds-answer.ts';
import { asStream } from './replay.ts';
import { readUsage } from './usage.ts';
import { usageRequest } from './usage-request.ts';
import { readBaseResp, saysError } from '../vendor-error.ts';

/** `chat.completion.chunk`s without names, ended by `[DONE]`. */
export const stream: StreamGrammar = {
  keepAlive: ': keep-alive\n\n',
  end: 'data: [DONE]\n\n',
  isEnd: (data) => data.charCodeAt(0) === 91 /* [ */ && data.trim() === '[DONE]',
  read: (request, operation) => new ChatStreamReader(request, operation),
  fromPlain: asStream,
  usageRequest,
  textFields: ['content', 'reasoning_content', 'reasoning', 'refusal', 'arguments', 'text'],
};

const TEXT_KEY = '"content":"';

/** What the reader looks at in a chunk; everything else passes unseen. */
interface Chunk {
  readonly error?: unknown;
  readonly object?: unknown;
  readonly usage?: unknown;
  readonly x_groq?: unknown;
  readonly base_resp?: unknown;
  readonly choices?: unknown;
  readonly type?: unknown;
}

interface Choice {
  readonly index?: unknown;
  readonly delta?: unknown;
  /** What some vendors write for `delta`. */
  readonly message?: unknown;
  /** Legacy completions. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
}

/** Follows a stream of `chat.completion.chunk`s, of legacy completions, or of typed events (images, audio). */
export class ChatStreamReader implements StreamReader {
  usage: Usage | undefined;
  textKey: string | undefined;
  /** Bit i: choice i was seen, and had its finish reason. Choices beyond 31 share the last bit. */
  #begun = 0;
  #ended = 0;
  /** A choice that has not begun yet has not ended either. */
  #choices: number;
  /** Without choices, what comes says nothing. */
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

  see(event: unknown, name?: string): 'content' | 'error' | 'foreign_error' | 'other' {
    this.textKey = undefined;
    if (typeof event !== 'object' || event === null) return 'other';
    const chunk = event as Chunk;
    if (chunk.error !== undefined && saysError(chunk.error)) return 'error';
    // vLLM's errors have no `error` around them, others are told by the name of the event alone: the SDKs throw on neither.
    if (chunk.object === 'error' || name === 'error') return 'foreign_error';
    if (chunk.base_resp !== undefined && readBaseResp(chunk) !== undefined) return 'foreign_error';
    const { choices } = chunk;
    if (typeof choices !== 'object' || choices === null) {
      this.#seeUsage(chunk);
      return this.#isChat ? 'other' : this.#seeTyped(chunk.type);
    }
    const ended = this.#ended;
    let content = false;
    for (const choice of asList(choices) as (Choice | null)[]) {
      if (choice !== null && this.#seeChoice(choice)) content = true;
    }
    // Elsewhere than in its own place, usage comes with the end, or without content.
    if (chunk.usage !== undefined || chunk.x_groq !== undefined || !content || this.#ended !== ended)
      this.#seeUsage(chunk);
    // An event that ended a choice or told the usage is none to compare with.
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
    // Some vendors send an empty string until the end.
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') {
      this.#ended |= bit;
      return true;
    }
    if (typeof choice.text === 'string' && choice.text !== '') return true;
    return hasContent(choice.delta) || (choice.message !== undefined && hasContent(choice.message));
  }

  /** Streams of images and audio end in an event whose type says so: `….completed`, `….done`. */
  #seeTyped(type: unknown): 'content' | 'other' {
    this.#begun |= 1;
    this.#choices = 1;
    if (typeof type === 'string' && (type.endsWith('.completed') || type.endsWith('.done'))) this.#ended |= 1;
    return 'content';
  }
}

function bitsOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

import { mergeUsage } from '../../core/merge-usage.ts';
import type { Usage } from '../../core/record.ts';
import { asIndex, asList, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { brokenBy, meaningOf, type BrokenEnd } from '../shared/finish/words.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { fieldsOf } from './camel-case.ts';
import { unwrapped } from './errors.ts';
import { noteBlocks } from './note-blocks.ts';
import { asStream } from './replay.ts';
import { searchesOf, usageFrom } from './usage.ts';
import { saysError } from '../../core/vendor-error.ts';

/** GenerateContentResponses without names. */
export const stream: StreamGrammar = {
  // Not a comment: the Python SDK takes any line that is not `data:` for a piece of JSON.
  keepAlive: '\n\n',
  end: '',
  isEnd: () => false,
  read: () => new GeminiStreamReader(),
  noteBlocks,
  fromPlain: asStream,
  textFields: ['text'],
};

/** The members of a GenerateContentResponse that the reader looks at. */
interface Chunk {
  readonly error?: unknown;
  readonly candidates?: unknown;
  readonly promptFeedback?: unknown;
  readonly usageMetadata?: unknown;
  readonly modelVersion?: unknown;
  readonly responseId?: unknown;
}

interface Candidate {
  readonly index?: unknown;
  readonly content?: unknown;
  readonly finishReason?: unknown;
  readonly groundingMetadata?: unknown;
}

/** Reads a stream of GenerateContentResponses. The stream has no end marker: it is complete when its candidates are. */
export class GeminiStreamReader implements StreamReader {
  id: string | undefined;
  model: string | undefined;
  finishReason: string | undefined;
  said = 0;
  broken: BrokenEnd | undefined;
  /** Every chunk reports the token counts so far. */
  readonly textKey = undefined;
  /** Bit i: candidate i has begun, or has its finish reason. Candidates from 30 on share the last bit. */
  #begun = 0;
  #ended = 0;
  #usage: Usage | undefined;
  #tools: Usage['serverTools'];

  get usage(): Usage | undefined {
    return this.#usage === undefined || this.#tools === undefined
      ? this.#usage
      : { ...this.#usage, serverTools: this.#tools };
  }

  get finished(): boolean {
    return this.#ended !== 0 && this.#begun === this.#ended;
  }

  see(event: unknown): 'content' | 'error' | 'broken' | 'other' {
    const chunk: Chunk | undefined = fieldsOf(unwrapped(event));
    if (chunk === undefined) return 'other';
    if (chunk.error !== undefined && saysError(chunk.error)) return 'error';
    if (chunk.usageMetadata !== undefined) this.#usage = mergeUsage(this.#usage, usageFrom(chunk.usageMetadata));
    this.id ??= asWord(chunk.responseId);
    this.model ??= asWord(chunk.modelVersion);
    let content = false;
    for (const value of asList(chunk.candidates)) {
      const candidate: Candidate | undefined = fieldsOf(value);
      if (candidate === undefined) continue;
      if (this.#seeCandidate(candidate)) content = true;
      if (this.broken !== undefined && this.broken.cause !== 'unknown') return 'broken';
    }
    return content ? 'content' : this.#seeBlocked(chunk);
  }

  #seeCandidate(candidate: Candidate): boolean {
    const { index, content, finishReason } = candidate;
    const bit = 1 << Math.min(asIndex(index) ?? 0, 30);
    this.#begun |= bit;
    const parts = asObject(content)?.['parts'];
    const holds = typeof parts === 'string' ? parts !== '' : asList(parts).some(holdsAnything);
    if (holds) this.said += saidIn(parts);
    if (candidate.groundingMetadata !== undefined) this.#tools = searchesOf([candidate]) ?? this.#tools;
    // More content follows, so an earlier end did not count.
    if (holds && this.#ended !== 0) {
      this.#ended &= ~bit;
      this.broken = undefined;
    }
    if (meaningOf(finishReason) === 'unfinished') return holds;
    this.#ended |= bit;
    this.finishReason = asWord(finishReason);
    this.broken = brokenBy(finishReason);
    return holds || this.broken === undefined;
  }

  /** A blocked prompt has no candidates, and nothing else follows. */
  #seeBlocked({ promptFeedback }: Chunk): 'content' | 'other' {
    const reason = asWord(fieldsOf(promptFeedback)?.['blockReason']);
    if (reason === undefined) return 'other';
    this.finishReason = reason;
    this.#begun |= 1;
    this.#ended = this.#begun;
    return 'content';
  }
}

/** How much text parts have, and arguments of calls as JSON. */
function saidIn(parts: unknown): number {
  if (typeof parts === 'string') return parts.length;
  let said = 0;
  for (const part of asList(parts)) {
    const { text, functionCall } = fieldsOf(part) ?? NO_PART;
    if (typeof text === 'string') said += text.length;
    if (functionCall !== undefined) said += JSON.stringify(functionCall).length;
  }
  return said;
}

const NO_PART: JsonObject = {};

/** An empty text, or a mark for a thought, is not content yet. */
function holdsAnything(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return typeof part === 'string' && part !== '';
  const fields = part as Record<string, unknown>;
  for (const name in fields) {
    if (name === 'thought') continue;
    const value = fields[name];
    if (value !== null && value !== undefined && value !== '') return true;
  }
  return false;
}

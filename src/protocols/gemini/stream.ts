import type { Usage } from '../../core/record.ts';
import { brokenBy, meaningOf, type BrokenEnd } from '../finish-words.ts';
import type { StreamGrammar, StreamReader } from '../protocol.ts';
import { unwrapped } from './errors.ts';
import { asStream } from './replay.ts';
import { readUsage } from './usage.ts';

/** GenerateContentResponses without names. */
export const stream: StreamGrammar = {
  // Not a comment: the Python SDK takes whatever is no `data:` line for a piece of JSON.
  keepAlive: '\n\n',
  end: '',
  isEnd: () => false,
  read: () => new GeminiStreamReader(),
  fromPlain: asStream,
  textFields: ['text'],
};

/** What the reader looks at in a GenerateContentResponse; everything else passes unseen. */
interface Chunk {
  readonly error?: unknown;
  readonly candidates?: unknown;
  readonly promptFeedback?: { readonly blockReason?: unknown } | null;
  readonly usageMetadata?: unknown;
}

interface Candidate {
  readonly index?: unknown;
  readonly content?: { readonly parts?: unknown } | null;
  readonly finishReason?: unknown;
}

/** Follows a stream of GenerateContentResponses. It has no end of its own: it is complete when its candidates are. */
export class GeminiStreamReader implements StreamReader {
  usage: Usage | undefined;
  broken: BrokenEnd | undefined;
  /** Every chunk tells the token counts so far. */
  readonly textKey = undefined;
  /** Bit i: candidate i was seen, and had its finish reason. Candidates beyond 30 share the last bit. */
  #begun = 0;
  #ended = 0;

  get finished(): boolean {
    return this.#ended !== 0 && this.#begun === this.#ended;
  }

  see(event: unknown): 'content' | 'error' | 'broken' | 'other' {
    const chunk = unwrapped(event) as Chunk | null | undefined;
    if (typeof chunk !== 'object' || chunk === null) return 'other';
    if (chunk.error !== undefined && chunk.error !== null && chunk.error !== false) return 'error';
    if (chunk.usageMetadata !== undefined) this.usage = readUsage(chunk) ?? this.usage;
    if (!Array.isArray(chunk.candidates)) return this.#seeBlocked(chunk);
    let content = false;
    for (const candidate of chunk.candidates as (Candidate | null)[]) {
      if (candidate === null) continue;
      if (this.#seeCandidate(candidate)) content = true;
      if (this.broken !== undefined && this.broken.cause !== 'unknown') return 'broken';
    }
    return content ? 'content' : this.#seeBlocked(chunk);
  }

  #seeCandidate({ index, content, finishReason }: Candidate): boolean {
    const bit = 1 << Math.min(typeof index === 'number' ? index : 0, 30);
    this.#begun |= bit;
    const parts = content?.parts;
    const holds = Array.isArray(parts) && parts.some(holdsAnything);
    // What came before was no end, whatever it said.
    if (holds && this.#ended !== 0) {
      this.#ended &= ~bit;
      this.broken = undefined;
    }
    if (meaningOf(finishReason) === 'unfinished') return holds;
    this.#ended |= bit;
    this.broken = brokenBy(finishReason);
    return holds || this.broken === undefined;
  }

  /** A prompt that was not let through has no candidates, and this is all there is to the answer. */
  #seeBlocked({ promptFeedback }: Chunk): 'content' | 'other' {
    if (typeof promptFeedback?.blockReason !== 'string') return 'other';
    this.#begun |= 1;
    this.#ended = this.#begun;
    return 'content';
  }
}

/** An empty text, or a mark that it is a thought, is nothing yet. */
function holdsAnything(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const fields = part as Record<string, unknown>;
  for (const name in fields) {
    if (name === 'thought') continue;
    const value = fields[name];
    if (value !== null && value !== undefined && value !== '') return true;
  }
  return false;
}

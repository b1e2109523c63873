import type { JsonObject } from '../../lib/json.ts';
import { sseEvent } from '../shared/stream/sse-event.ts';
import type { Head } from './encode-answer.ts';

/** Writes the chunks of one stream. What they have in common is written once. */
export class ChunkWriter {
  #head: JsonObject = {};
  #before = '';
  #after = '';
  #hasRole = false;

  /** `hasUsage`: a chunk with the usage will follow, so all others have `usage: null`. */
  constructor(private readonly hasUsage: boolean) {}

  /** The beginning of every chunk. */
  set head({ id, created, model }: Head) {
    this.#head = { id, object: 'chat.completion.chunk', created, model };
    this.#before = `data: ${JSON.stringify(this.#head).slice(0, -1)},"choices":[{"index":0,"delta":`;
    this.#after = `,"logprobs":null,"finish_reason":null}]${this.hasUsage ? ',"usage":null' : ''}}\n\n`;
  }

  /** A chunk with a delta, which is JSON already. */
  raw(delta: string): string {
    return `${this.role(null)}${this.#before}${delta}${this.#after}`;
  }

  chunk(delta: JsonObject): string {
    return this.raw(JSON.stringify(delta));
  }

  /** The first chunk, with the role; later calls write nothing. `content` is null if no text may come. */
  role(content: '' | null): string {
    if (this.#hasRole) return '';
    this.#hasRole = true;
    return this.chunk({ role: 'assistant', content, refusal: null });
  }

  /** A chunk whose choice has more members than the delta. */
  choice(more: JsonObject): string {
    const choice = { index: 0, delta: {}, logprobs: null, finish_reason: null, ...more };
    return this.role('') + sseEvent({ ...this.#head, choices: [choice], ...(this.hasUsage ? { usage: null } : {}) });
  }

  /** The chunk with the usage. It has no choice. */
  usage(usage: JsonObject): string {
    return sseEvent({ ...this.#head, choices: [], usage });
  }
}

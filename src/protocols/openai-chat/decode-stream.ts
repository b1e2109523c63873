import { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent, PartHead } from '../../core/event.ts';
import type { Usage } from '../../core/record.ts';
import { asArray, asCount, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { StreamDecoder } from '../codec.ts';
import { meaningOf } from '../finish-words.ts';
import { decodeCitations } from './citations.ts';
import { spoken, type Reading } from './decode-answer.ts';
import { decodeFinish } from './finish.ts';
import { decodeLogprobs } from './logprobs.ts';
import { decodeImage, thinkingText } from './decode-parts.ts';
import { isMoreOf, partOf, textOf } from './reasoning-details.ts';
import { CallStream } from './stream-calls.ts';
import { readUsage } from './usage.ts';

/** The part that text goes to. */
interface OpenPart {
  readonly index: number;
  readonly kind: 'text' | 'refusal' | 'reasoning';
  /** Of reasoning: the entry of `reasoning_details` that it is, without its text. */
  entry: Record<string, unknown> | undefined;
  /** Of reasoning: the text so far. */
  text: string;
}

const NOTHING: readonly AnswerEvent[] = [];

/** Reads a stream of `chat.completion.chunk`s. What its end means is known with the last chunk only, so `end` tells it. */
export class ChatStreamDecoder implements StreamDecoder {
  #begun = false;
  #out: AnswerEvent[] = [];
  #parts = 0;
  #open: OpenPart | undefined;
  readonly #calls: CallStream;
  #usage: Usage | undefined;
  #finish: unknown;
  #refused = false;
  #sound = '';

  constructor(
    private readonly reading: Reading,
    private readonly work = new AnswerWork(),
  ) {
    this.#calls = new CallStream(reading, () => this.#parts++, work);
  }

  push(event: unknown): readonly AnswerEvent[] {
    const chunk = asObject(event);
    if (chunk === undefined) return NOTHING;
    // Some tell it with every chunk; the last one counts.
    if ((chunk['usage'] ?? chunk['x_groq'] ?? undefined) !== undefined) this.#usage = readUsage(chunk) ?? this.#usage;
    const choice = firstChoice(chunk['choices']);
    // Azure's first chunk has none, nor an id.
    if (choice === undefined) return NOTHING;
    this.#out = [];
    this.#begin(chunk);
    const delta = asObject(choice['delta']);
    if (delta !== undefined) this.#readDelta(delta);
    const logprobs = (choice['logprobs'] ?? undefined) === undefined ? undefined : decodeLogprobs(choice['logprobs']);
    if (logprobs !== undefined) this.#out.push({ type: 'logprobs', logprobs });
    const finish = asWord(choice['finish_reason']);
    // Parts end with the stream: some vendors send a finish with every chunk.
    if (finish !== undefined && meaningOf(finish) !== 'unfinished') this.#finish = finish;
    return this.#out;
  }

  end(): readonly AnswerEvent[] {
    this.#out = [];
    this.#begin({});
    this.#endParts();
    if (this.#sound !== '') this.#out.push({ type: 'whole', index: this.#parts++, part: spoken(this.#sound) });
    if (this.#usage !== undefined) this.#out.push({ type: 'usage', usage: this.#usage });
    const said = { calls: this.#calls.any, refusal: this.#refused };
    this.#out.push({ type: 'finish', finish: decodeFinish(this.#finish, said) });
    return this.#out;
  }

  #begin(chunk: JsonObject): void {
    if (this.#begun) return;
    this.#begun = true;
    const [id, model, createdAt] = [asWord(chunk['id']), asWord(chunk['model']), asCount(chunk['created'])];
    this.#out.push({ type: 'start', id, model, createdAt });
  }

  #readDelta(delta: JsonObject): void {
    const { content } = delta;
    this.#readThoughts(delta);
    if (typeof content === 'string') this.#say('text', content);
    else if (Array.isArray(content)) this.#readContentParts(content);
    if (typeof delta['refusal'] === 'string') this.#say('refusal', delta['refusal']);
    const calls = delta['tool_calls'] ?? undefined;
    if (calls !== undefined) for (const call of asArray(calls)) this.#call(asObject(call));
    if ((delta['function_call'] ?? undefined) !== undefined) this.#call({ index: 0, function: delta['function_call'] });
    if ((delta['annotations'] ?? undefined) !== undefined) this.#cite(delta['annotations']);
    if ((delta['images'] ?? undefined) !== undefined) this.#show(delta['images']);
    if ((delta['audio'] ?? undefined) !== undefined) this.#hear(asObject(delta['audio']));
  }

  #readThoughts(delta: JsonObject): void {
    const details = asArray(delta['reasoning_details']);
    const thought = delta['reasoning_content'] ?? delta['reasoning'];
    const isTold = details.some((detail) => textOf(asObject(detail) ?? {}) !== '');
    if (typeof thought === 'string' && !isTold) this.#say('reasoning', thought);
    for (const detail of details) this.#detail(asObject(detail));
  }

  /** Mistral's lists of texts and thoughts. */
  #readContentParts(parts: readonly unknown[]): void {
    for (const value of parts) {
      const part = asObject(value);
      if (part?.['type'] === 'thinking') this.#say('reasoning', thinkingText(part));
      else if (typeof part?.['text'] === 'string') this.#say('text', part['text']);
    }
  }

  #detail(entry: JsonObject | undefined): void {
    if (entry === undefined || asObject(entry['origin'])?.['on'] === 'text') return;
    const { text, id, redacted } = partOf(entry);
    const { text: _text, summary: _summary, ...rest } = entry;
    const open = this.#open?.kind === 'reasoning' ? this.#open : undefined;
    if (open?.entry === undefined && open?.text === text) {
      // All of what was told in fragments before, now with its signature.
      open.entry = rest;
      this.#endOpen();
      return;
    }
    if (open?.entry !== undefined && isMoreOf(open.entry, entry)) {
      for (const [key, value] of Object.entries(rest)) {
        if (value !== null && value !== undefined) open.entry[key] = value;
      }
    } else {
      this.#openPart('reasoning', { part: 'reasoning', id, redacted }).entry = rest;
    }
    this.#say('reasoning', text);
    // Nothing follows a signature.
    if (asWord(entry['signature']) ?? asWord(entry['data'])) this.#endOpen();
  }

  #say(kind: OpenPart['kind'], text: string): void {
    if (text === '') return;
    const open = this.#open?.kind === kind ? this.#open : this.#openPart(kind, { part: kind });
    if (kind === 'reasoning') {
      this.work.keepText(text);
      open.text += text;
    }
    if (kind === 'refusal') this.#refused = true;
    this.#out.push({ type: 'delta', index: open.index, text });
  }

  #openPart(kind: OpenPart['kind'], head: PartHead): OpenPart {
    this.#endOpen();
    this.#calls.endComplete(this.#out);
    const open: OpenPart = { index: this.#parts++, kind, entry: undefined, text: '' };
    this.#open = open;
    this.#out.push({ type: 'part_start', index: open.index, ...head });
    return open;
  }

  #call(call: JsonObject | undefined): void {
    if (call === undefined) return;
    this.#endOpen();
    this.#calls.push(call, this.#out);
  }

  #cite(annotations: unknown): void {
    for (const citation of decodeCitations(annotations)) {
      const { index } = this.#open?.kind === 'text' ? this.#open : this.#openPart('text', { part: 'text' });
      this.#out.push({ type: 'citation', index, citation });
    }
  }

  #show(images: unknown): void {
    for (const image of asArray(images)) {
      const part = decodeImage(asObject(image));
      if (part === undefined) continue;
      this.#endOpen();
      this.#out.push({ type: 'whole', index: this.#parts++, part });
    }
  }

  #hear(audio: JsonObject | undefined): void {
    if (typeof audio?.['transcript'] === 'string') this.#say('text', audio['transcript']);
    if (typeof audio?.['data'] !== 'string') return;
    this.work.keepText(audio['data']);
    this.#sound += audio['data'];
  }

  #endParts(): void {
    this.#endOpen();
    this.#calls.endAll(this.#out);
  }

  #endOpen(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const signature = open.entry === undefined ? undefined : partOf(open.entry, this.reading.model).signature;
    if (signature !== undefined) this.#out.push({ type: 'signature', index: open.index, signature });
    this.#out.push({ type: 'part_end', index: open.index });
  }
}

/** Of several choices the first; others are nobody's. */
function firstChoice(choices: unknown): JsonObject | undefined {
  const list = asArray(choices);
  const first = asObject(list[0]);
  if (first === undefined || (first['index'] ?? 0) === 0) return first;
  return list.map(asObject).find((choice) => choice?.['index'] === 0);
}

import { AnswerWork } from '../../core/answer-work.ts';
import { mergeUsage } from '../../core/merge-usage.ts';
import type { AnswerEvent, PartHead } from '../../core/event.ts';
import type { Usage } from '../../core/record.ts';
import { asArray, asId, asIndex, asList, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { StreamDecoder } from '../codec.ts';
import { meaningOf } from '../shared/finish/words.ts';
import { readText } from '../shared/texts/read.ts';
import { decodeCitations } from './citations.ts';
import { audioPart, createdIn, type Reading } from './decode-answer.ts';
import { decodeFinish } from './finish.ts';
import { hasContent } from './holds-answer.ts';
import { decodeLogprobs } from './logprobs.ts';
import { decodeImage, thinkingText } from './decode-parts.ts';
import { isMoreOf, partOf, textOf } from './reasoning-details.ts';
import { CallStream } from './stream-calls.ts';
import { readUsage } from './usage.ts';

/** The part that text belongs to. */
interface OpenPart {
  readonly index: number;
  readonly kind: 'text' | 'refusal' | 'reasoning';
  /** Of reasoning: its entry of `reasoning_details`, without the text. */
  entry: Record<string, unknown> | undefined;
  /** Of reasoning: the text so far. */
  text: string;
}

const NOTHING: readonly AnswerEvent[] = [];

/** Reads a stream of `chat.completion.chunk`s. Only the last chunk shows what the end means, so `end` reports it. */
export class ChatStreamDecoder implements StreamDecoder {
  #begun = false;
  #out: AnswerEvent[] = [];
  #parts = 0;
  #open: OpenPart | undefined;
  readonly #calls: CallStream;
  #usage: Usage | undefined;
  #finish: unknown;
  #refused = false;
  #audio = '';
  /** Content has come in deltas. */
  #hasDeltas = false;

  constructor(
    private readonly reading: Reading,
    private readonly work = new AnswerWork(),
  ) {
    this.#calls = new CallStream(reading, () => this.#parts++, work);
  }

  push(event: unknown): readonly AnswerEvent[] {
    const chunk = asObject(event);
    if (chunk === undefined) return NOTHING;
    const choice = firstChoice(chunk['choices']);
    // Some vendors report usage with every chunk, others in other places at the end.
    const mayTell = chunk['usage'] ?? chunk['x_groq'] ?? choice?.['finish_reason'] ?? undefined;
    if (mayTell !== undefined || choice === undefined) this.#usage = mergeUsage(this.#usage, readUsage(chunk));
    // Azure's first chunk has none, and no id.
    if (choice === undefined) return NOTHING;
    this.#out = [];
    this.#begin(chunk);
    this.#readChoice(choice);
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
    if (this.#audio !== '') this.#out.push({ type: 'whole', index: this.#parts++, part: audioPart(this.#audio) });
    if (this.#usage !== undefined) this.#out.push({ type: 'usage', usage: this.#usage });
    const said = { calls: this.#calls.any, refusal: this.#refused };
    this.#out.push({ type: 'finish', finish: decodeFinish(this.#finish, said) });
    return this.#out;
  }

  /** Some vendors write `message` for `delta`, or the text alone. A message after deltas only repeats them. */
  #readChoice(choice: JsonObject): void {
    const { delta, message, text } = choice;
    const fields = asObject(delta);
    if (fields !== undefined && hasContent(fields)) {
      this.#hasDeltas = true;
      this.#readDelta(fields);
    } else if (typeof delta === 'string') {
      this.#say('text', delta);
    } else if (!this.#hasDeltas && asObject(message) !== undefined) {
      this.#readDelta(message as JsonObject);
    } else if (fields === undefined && typeof text === 'string') {
      this.#say('text', text);
    }
  }

  #begin(chunk: JsonObject): void {
    if (this.#begun) return;
    this.#begun = true;
    const [id, model, createdAt] = [asId(chunk['id']), asWord(chunk['model']), createdIn(chunk['created'])];
    this.#out.push({ type: 'start', id, model, createdAt });
  }

  #readDelta(delta: JsonObject): void {
    const { content } = delta;
    this.#readThoughts(delta);
    if (typeof content === 'string') this.#say('text', content);
    else if (typeof content === 'object' && content !== null) this.#readContentParts(asList(content));
    else this.#say('text', readText(content));
    this.#say('refusal', readText(delta['refusal']));
    const calls = delta['tool_calls'] ?? undefined;
    if (calls !== undefined) for (const call of asList(calls)) this.#call(asObject(call));
    if ((delta['function_call'] ?? undefined) !== undefined) this.#call({ index: 0, function: delta['function_call'] });
    if ((delta['annotations'] ?? undefined) !== undefined) this.#cite(delta['annotations']);
    if ((delta['images'] ?? undefined) !== undefined) this.#show(delta['images']);
    if ((delta['audio'] ?? undefined) !== undefined) this.#addAudio(asObject(delta['audio']));
  }

  #readThoughts(delta: JsonObject): void {
    const details = asArray(delta['reasoning_details']);
    const thought = delta['reasoning_content'] ?? delta['reasoning'];
    const isTold = details.some((detail) => textOf(asObject(detail) ?? {}) !== '');
    if (!isTold) this.#say('reasoning', readText(thought));
    for (const detail of details) this.#detail(asObject(detail));
  }

  /** Mistral's lists of texts and thoughts. */
  #readContentParts(parts: readonly unknown[]): void {
    for (const value of parts) {
      const part = asObject(value);
      if (part?.['type'] === 'thinking') this.#say('reasoning', thinkingText(part));
      else if (part?.['type'] === 'image_url') this.#show([part]);
      else if (part?.['type'] !== 'reference') this.#say('text', readText(value));
    }
  }

  #detail(entry: JsonObject | undefined): void {
    if (entry === undefined || asObject(entry['origin'])?.['on'] === 'text') return;
    const { text, id, redacted } = partOf(entry);
    const { text: _text, summary: _summary, ...rest } = entry;
    const open = this.#open?.kind === 'reasoning' ? this.#open : undefined;
    if (open?.entry === undefined && open?.text === text) {
      // Repeats all of the fragments before it, now with the signature.
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

  #addAudio(audio: JsonObject | undefined): void {
    if (typeof audio?.['transcript'] === 'string') this.#say('text', audio['transcript']);
    if (typeof audio?.['data'] !== 'string') return;
    this.work.keepText(audio['data']);
    this.#audio += audio['data'];
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

/** Only the first of several choices counts. */
function firstChoice(choices: unknown): JsonObject | undefined {
  const list = asList(choices);
  const first = asObject(list[0]);
  if (first === undefined || indexOf(first) === 0) return first;
  return list.map(asObject).find((choice) => choice !== undefined && indexOf(choice) === 0);
}

function indexOf({ index }: JsonObject): number {
  return asIndex(index) ?? 0;
}

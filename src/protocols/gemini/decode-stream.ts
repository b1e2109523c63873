import { AnswerWork } from '../../core/answer-work.ts';
import type { Finish } from '../../core/completion.ts';
import { mergeUsage } from '../../core/merge-usage.ts';
import type { Usage } from '../../core/record.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { NativePart, Signature } from '../../core/part.ts';
import { asId, asIndex, asList, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { StreamDecoder } from '../codec.ts';
import { meaningOf } from '../shared/finish/words.ts';
import { readText } from '../shared/texts/read.ts';
import { CallReader, type Reading } from './decode-calls.ts';
import { fieldsOf } from './camel-case.ts';
import { decodeCitations } from './citations.ts';
import { decodeBlocked, decodeFinish } from './finish.ts';
import { decodeLogprobs } from './logprobs.ts';
import { decodeMedia } from './media.ts';
import { NAME } from './name.ts';
import { SaidText } from './said-text.ts';
import { UNSIGNED } from './signatures.ts';
import { readUsage } from './usage.ts';

/** The current text or thought. */
interface OpenPart {
  readonly index: number;
  readonly kind: 'text' | 'reasoning';
  /** The text so far, for the sources that refer to it. */
  readonly text: SaidText;
  isSigned: boolean;
}

/** Reads a stream of GenerateContentResponses. Only the first of several candidates counts. */
export class GeminiStreamDecoder implements StreamDecoder {
  #out: AnswerEvent[] = [];
  #isStarted = false;
  readonly #numbers = { next: 0 };
  readonly #calls: CallReader;
  #open: OpenPart | undefined;
  #word: string | undefined;
  #blocked: Finish | undefined;
  /** The token counts that were reported first, and the latest ones. */
  #firstUsage: Usage | undefined;
  #usage: Usage | undefined;
  /** The reason why the answer is missing or ends, as text. */
  #why: string | undefined;
  /** The sources reported so far: a stream may repeat them many times. */
  readonly #cited = new Set<string>();

  constructor(
    private readonly reading: Reading,
    private readonly work = new AnswerWork(),
  ) {
    this.#calls = new CallReader(reading, { numbers: this.#numbers, work }, (event) => this.#emit(event));
  }

  push(event: unknown): readonly AnswerEvent[] {
    const chunk = fieldsOf(event);
    if (chunk === undefined) return [];
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#emit({ type: 'start', id: asId(chunk['responseId']), model: asWord(chunk['modelVersion']) });
    }
    this.#seeUsage(chunk);
    const feedback = fieldsOf(chunk['promptFeedback']);
    const block = asWord(feedback?.['blockReason']);
    if (block !== undefined) this.#blocked = decodeBlocked(block);
    this.#why = asWord(feedback?.['blockReasonMessage']) ?? this.#why;
    for (const value of asList(chunk['candidates'])) {
      const candidate = fieldsOf(value);
      if (candidate !== undefined && (asIndex(candidate['index']) ?? 0) === 0) this.#seeCandidate(candidate);
    }
    return this.#taken();
  }

  end(): readonly AnswerEvent[] {
    if (!this.#isStarted) this.#emit({ type: 'start', id: undefined, model: undefined });
    this.#calls.close();
    this.#close();
    if (this.#usage !== undefined && this.#usage !== this.#firstUsage)
      this.#emit({ type: 'usage', usage: this.#usage });
    const finish = this.#blocked ?? decodeFinish(this.#word, this.#calls.hasAny);
    if (finish.reason === 'content_filter') this.#explain();
    this.#emit({ type: 'finish', finish });
    return this.#taken();
  }

  #emit(event: AnswerEvent): void {
    this.#out.push(event);
  }

  #taken(): readonly AnswerEvent[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #explain(): void {
    const index = this.#numbers.next;
    if (this.#why === undefined) return;
    this.#emit({ type: 'part_start', index, part: 'refusal' });
    this.#emit({ type: 'delta', index, text: this.#why });
    this.#emit({ type: 'part_end', index });
  }

  /**
   * The first counts go out at once, because those of the prompt are known from the beginning. The last ones go out at
   * the end.
   */
  #seeUsage(chunk: JsonObject): void {
    if (chunk['usageMetadata'] === undefined) return;
    const usage = mergeUsage(this.#usage, readUsage(chunk));
    if (this.#usage === undefined && usage !== undefined) {
      this.#firstUsage = usage;
      this.#emit({ type: 'usage', usage });
    }
    this.#usage = usage;
  }

  #seeCandidate(candidate: JsonObject): void {
    for (const part of partsOf(candidate['content'])) {
      const fields = typeof part === 'string' ? { text: part } : fieldsOf(part);
      if (fields !== undefined) this.#seePart(fields);
    }
    if (candidate['logprobsResult'] !== undefined) {
      const logprobs = decodeLogprobs(candidate['logprobsResult']);
      if (logprobs.length > 0) this.#emit({ type: 'logprobs', logprobs });
    }
    if (candidate['groundingMetadata'] !== undefined || candidate['citationMetadata'] !== undefined)
      this.#cite(candidate);
    const word = asWord(candidate['finishReason']);
    if (meaningOf(word) !== 'unfinished') this.#word = word;
    this.#why = asWord(candidate['finishMessage']) ?? this.#why;
  }

  #seePart(part: JsonObject): void {
    const signature = this.#signature(part['thoughtSignature']);
    const call = fieldsOf(part['functionCall']);
    if (call !== undefined) {
      this.#close();
      this.#calls.see(call, signature);
      return;
    }
    if ((part['text'] ?? undefined) !== undefined) {
      this.#seeText(part, readText(part['text']), signature);
      return;
    }
    const whole = decodeMedia(part) ?? nativeFrom(part);
    if (whole === undefined) {
      if (signature !== undefined) this.#seeText(part, '', signature);
      return;
    }
    // An image within the thoughts is not part of the answer.
    if (part['thought'] === true && whole.type === 'media') return;
    this.#close();
    this.#emit({ type: 'whole', index: this.#numbers.next++, part: whole });
  }

  #seeText(part: JsonObject, text: string, signature: Signature | undefined): void {
    // A signature does not cover the text after it.
    const open = this.#open;
    const kind = part['thought'] === true ? 'reasoning' : 'text';
    if (open?.kind === kind && !(open.isSigned && (text !== '' || signature !== undefined))) {
      this.#say(open, text, signature);
    } else if (text !== '' || signature !== undefined) {
      this.#say(this.#begin(kind), text, signature);
    }
  }

  #begin(kind: OpenPart['kind']): OpenPart {
    this.#calls.close();
    this.#close();
    const open = { index: this.#numbers.next++, kind, text: new SaidText(), isSigned: false };
    this.#open = open;
    this.#emit({ type: 'part_start', index: open.index, part: kind });
    return open;
  }

  #say(open: OpenPart, text: string, signature: Signature | undefined): void {
    if (text !== '') {
      if (open.kind === 'text') {
        this.work.keepText(text);
        open.text.push(text);
      }
      this.#emit({ type: 'delta', index: open.index, text });
    }
    if (signature === undefined) return;
    open.isSigned = true;
    this.#emit({ type: 'signature', index: open.index, signature });
  }

  #close(): void {
    if (this.#open === undefined) return;
    this.#emit({ type: 'part_end', index: this.#open.index });
    this.#open = undefined;
  }

  #signature(value: unknown): Signature | undefined {
    const text = asWord(value);
    if (text === undefined || text === UNSIGNED) return undefined;
    return { protocol: NAME, model: this.reading.model, value: text };
  }

  /** Sources belong to the current text. A text that has ended gets no more. */
  #cite(candidate: JsonObject): void {
    const open = this.#open;
    if (open?.kind !== 'text') return;
    for (const citation of decodeCitations(candidate, open.text)) {
      const key = JSON.stringify(citation);
      if (this.#cited.has(key)) continue;
      this.work.keepText(key);
      this.#cited.add(key);
      this.#emit({ type: 'citation', index: open.index, citation });
    }
  }
}

/** Members of a part that describe it and are no content. */
const MARKS = new Set(['thought', 'thoughtSignature', 'text', 'partMetadata', 'mediaResolution', 'videoMetadata']);

/** Some servers send a single part without its list, or the text alone. */
function partsOf(content: unknown): readonly unknown[] {
  if (typeof content === 'string') return [content];
  const parts = asObject(content)?.['parts'];
  return typeof parts === 'string' ? [parts] : asList(parts);
}

function nativeFrom(part: JsonObject): NativePart | undefined {
  const kind = Object.keys(part).find((name) => !MARKS.has(name));
  return kind === undefined ? undefined : { type: 'native', protocol: NAME, kind, value: part };
}

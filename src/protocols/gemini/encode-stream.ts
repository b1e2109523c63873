import { AnswerWork } from '../../core/answer-work.ts';
import type { Finish } from '../../core/completion.ts';
import type { AnswerEvent, DeltaEvent, PartStartEvent } from '../../core/event.ts';
import type { Citation, Signature } from '../../core/part.ts';
import { compact } from '../../lib/json.ts';
import type { Reply, StreamEncoder } from '../codec.ts';
import { BREAK, TextBreaks } from '../shared/texts/breaks.ts';
import { encodeCitations } from './citations.ts';
import { AnswerParts, signed } from './encode-answer.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { writeUsage } from './usage.ts';

/** The current part. */
interface Draft {
  readonly head: PartStartEvent;
  /** The arguments of a call, or the text that sources may refer to. */
  text: string;
  signature: Signature | undefined;
  citations: Citation[] | undefined;
}

const BEFORE_PARTS = 'data: {"candidates":[{"content":{"parts":[';

/** Writes a stream of GenerateContentResponses, one for each event with content. A call goes out as a whole. */
export class GeminiStreamEncoder implements StreamEncoder {
  readonly #parts = new AnswerParts();
  readonly #drafts = new Map<number, Draft>();
  readonly #cited: Draft[] = [];
  readonly #breaks = new TextBreaks();
  /** The members about the answer that every chunk has at its end, as JSON. */
  #identity: string;
  #counts = '';
  #afterParts = '';
  #finish: Finish = { reason: 'other', raw: undefined };

  readonly #work: AnswerWork;

  constructor(private readonly reply: Reply) {
    this.#work = reply.work ?? new AnswerWork();
    this.#identity = identity(reply.model, reply.id);
    this.#renew();
  }

  push(event: AnswerEvent): string {
    switch (event.type) {
      case 'delta':
        return this.#delta(event);
      case 'start':
        this.#identity = identity(event.model ?? this.reply.model, event.id ?? this.reply.id);
        this.#renew();
        return '';
      case 'part_start':
        this.#work.keepEvent(event);
        this.#drafts.set(event.index, { head: event, text: '', signature: undefined, citations: undefined });
        if (event.part === 'text') this.#breaks.begin(event.ownMessage);
        else this.#breaks.other();
        return '';
      case 'part_end':
        return this.#end(event.index);
      case 'signature':
        return this.#sign(event.index, event.signature);
      case 'citation':
        this.#work.keepEvent(event);
        this.#cite(event.index, event.citation);
        return '';
      case 'whole':
        this.#breaks.other();
        return this.#chunk(this.#parts.write(event.part));
      case 'logprobs':
        return `data: {"candidates":[{"index":0,"logprobsResult":${JSON.stringify(encodeLogprobs(event.logprobs))}}]${this.#members()}}\n\n`;
      case 'usage':
        this.#counts = `,"usageMetadata":${JSON.stringify(writeUsage(event.usage))}`;
        this.#renew();
        return '';
      case 'finish':
        this.#finish = event.finish;
        return '';
    }
  }

  end(): string {
    const candidate = compact({
      content: { parts: [{ text: '' }], role: 'model' },
      finishReason: encodeFinish(this.#finish),
      index: 0,
      groundingMetadata: encodeCitations(
        this.#cited.map(({ text, citations }) => ({ text, partIndex: 0, citations: citations ?? [] })),
      ),
    });
    return `data: {"candidates":[${JSON.stringify(candidate)}]${this.#members()}}\n\n`;
  }

  #delta({ index, text }: DeltaEvent): string {
    const draft = this.#drafts.get(index);
    if (draft === undefined) return '';
    const { part } = draft.head;
    if (part !== 'reasoning') {
      this.#work.keepText(text);
      draft.text += text;
    }
    if (part === 'tool_call') return '';
    const written = JSON.stringify(part === 'text' && this.#breaks.isDueBefore(text) ? BREAK + text : text);
    return `${BEFORE_PARTS}{"text":${written}${part === 'reasoning' ? ',"thought":true' : ''}${this.#afterParts}`;
  }

  /** A signature goes out with an empty text of its part's kind, or with the call. */
  #sign(index: number, signature: Signature): string {
    const draft = this.#drafts.get(index);
    if (draft === undefined) return '';
    const { head } = draft;
    if (head.part === 'reasoning') return this.#chunk({ text: '', thought: true, ...signed(signature, head) });
    if (head.part === 'text') return this.#chunk({ text: '', ...signed(signature) });
    draft.signature = signature;
    return '';
  }

  #cite(index: number, citation: Citation): void {
    const draft = this.#drafts.get(index);
    if (draft === undefined) return;
    if (draft.citations === undefined) {
      draft.citations = [];
      this.#cited.push(draft);
    }
    draft.citations.push(citation);
  }

  #end(index: number): string {
    const draft = this.#drafts.get(index);
    this.#drafts.delete(index);
    if (draft === undefined || draft.head.part !== 'tool_call') return '';
    const { id, name, freeform } = draft.head;
    const { text, signature } = draft;
    return this.#chunk(this.#parts.write({ type: 'tool_call', id, name, arguments: text, freeform, signature }));
  }

  #chunk(part: object | undefined): string {
    if (part === undefined) return '';
    // Without the closing brace, which follows later.
    return `${BEFORE_PARTS}${JSON.stringify(part).slice(0, -1)}${this.#afterParts}`;
  }

  #renew(): void {
    this.#afterParts = `}],"role":"model"},"index":0}]${this.#members()}}\n\n`;
  }

  #members(): string {
    return this.#counts + this.#identity;
  }
}

function identity(model: string, id: string): string {
  return `,"modelVersion":${JSON.stringify(model)},"responseId":${JSON.stringify(id)}`;
}

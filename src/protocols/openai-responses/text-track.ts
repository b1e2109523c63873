import type { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent, PartHead } from '../../core/event.ts';
import type { JsonObject } from '../../lib/json.ts';
import { readText } from '../shared/texts/read.ts';

/** A part whose text comes in pieces, and perhaps again as a whole. */
export class TextTrack {
  readonly index: number;
  #length = 0;
  #isOpen = true;
  citations = 0;
  logprobs = 0;

  constructor(
    private readonly emitter: Emitter,
    head: PartHead,
  ) {
    this.index = emitter.open(head, this);
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  delta(value: unknown): void {
    const text = readText(value);
    if (text === '' || !this.#isOpen) return;
    this.#length += text.length;
    this.emitter.emit({ type: 'delta', index: this.index, text });
  }

  /** Takes the whole text. Reports what its pieces lacked. */
  rest(value: unknown): void {
    const whole = readText(value);
    if (whole.length > this.#length) this.delta(whole.slice(this.#length));
  }

  emit(event: AnswerEvent): void {
    if (this.#isOpen) this.emitter.emit(event);
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.emitter.emit({ type: 'part_end', index: this.index });
  }
}

/** Where readers report what they have read. */
export interface Emitter {
  /** The model of the answer, for its signatures. */
  readonly model: string;
  /** Limits what is remembered. */
  readonly work: AnswerWork;
  /** Begins a part and returns its index. Ends other parts that may not overlap with it. */
  open(head: PartHead, track: { end(): void }): number;
  emit(event: AnswerEvent): void;
  whole(part: Extract<AnswerEvent, { type: 'whole' }>['part']): void;
}

/** Reads one item of an output. */
export interface ItemReader {
  readonly type: string;
  readonly isDone: boolean;
  /** Nothing of it was reported. */
  readonly isSilent: boolean;
  /** Takes the item as it was added. */
  begin(item: JsonObject): void;
  /** Takes an event about it. */
  piece(event: JsonObject): void;
  /** Takes the complete item. */
  done(item: JsonObject): void;
  /** Nothing more will come of it. */
  end(): void;
}

import type { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent, PartHead } from '../../core/event.ts';
import type { JsonObject } from '../../lib/json.ts';
import { readText } from '../shared/texts/read.ts';

/** A part whose text comes in pieces, then perhaps again as a whole. */
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

  /** Takes the whole text; says what the pieces have not said. */
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

/** Where readers say what they have read. */
export interface Emitter {
  /** The model that the answer is of, for its signatures. */
  readonly model: string;
  /** For what has to be remembered. */
  readonly work: AnswerWork;
  /** Begins a part; gives its index. What else is under way and may not overlap with it is ended. */
  open(head: PartHead, track: { end(): void }): number;
  emit(event: AnswerEvent): void;
  whole(part: Extract<AnswerEvent, { type: 'whole' }>['part']): void;
}

/** Reads one item of an output. */
export interface ItemReader {
  readonly type: string;
  readonly isDone: boolean;
  /** Nothing was said of it. */
  readonly isSilent: boolean;
  /** The item as it is when it is added. */
  begin(item: JsonObject): void;
  /** An event about it. */
  piece(event: JsonObject): void;
  /** The item as it is when it is complete. */
  done(item: JsonObject): void;
  /** Nothing more is to come of it. */
  end(): void;
}

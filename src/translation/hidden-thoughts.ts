import type { Completion } from '../core/completion.ts';
import type { Conversation } from '../core/conversation.ts';
import type { AnswerEvent, PartStartEvent } from '../core/event.ts';
import type { StreamDecoder } from '../protocols/codec.ts';

/** Whether the client does not want to read what the model thinks. Its signatures have to come back all the same. */
export function hidesThoughts({ reasoning }: Conversation): boolean {
  return reasoning?.visible === false;
}

/** An answer without the words of its thoughts; of a thought without a signature nothing is left. */
export function withoutThoughts(completion: Completion): Completion {
  const parts = completion.parts
    .filter((part) => part.type !== 'reasoning' || part.signature !== undefined)
    .map((part) => (part.type === 'reasoning' ? { ...part, text: '' } : part));
  return { ...completion, parts };
}

/** The same of a streamed answer. */
export class ThoughtlessStream implements StreamDecoder {
  /** Thoughts that have begun and not been signed yet. */
  readonly #unsigned = new Map<number, PartStartEvent>();
  /** Thoughts that were signed and have not ended. */
  readonly #signed = new Set<number>();
  /** The numbers of the parts that are shown: without gaps, as they were. */
  readonly #numbers = new Map<number, number>();
  #shownParts = 0;

  constructor(private readonly decoder: StreamDecoder) {}

  push(event: unknown, name: string | undefined): readonly AnswerEvent[] {
    return this.#shown(this.decoder.push(event, name));
  }

  end(): readonly AnswerEvent[] {
    return this.#shown(this.decoder.end());
  }

  #shown(events: readonly AnswerEvent[]): AnswerEvent[] {
    const shown: AnswerEvent[] = [];
    for (const event of events) this.#tell(event, shown);
    return shown;
  }

  #tell(event: AnswerEvent, shown: AnswerEvent[]): void {
    if (!('index' in event)) {
      shown.push(event);
      return;
    }
    const { index } = event;
    if (event.type === 'part_start' && event.part === 'reasoning') {
      this.#unsigned.set(index, event);
      return;
    }
    const unsigned = this.#unsigned.get(index);
    if (unsigned !== undefined) {
      if (event.type === 'part_end') this.#unsigned.delete(index);
      if (event.type !== 'signature') return;
      this.#unsigned.delete(index);
      this.#signed.add(index);
      shown.push({ ...unsigned, index: this.#numberOf(index) });
    } else if (event.type === 'delta' && this.#signed.has(index)) return;
    if (event.type === 'part_end') this.#signed.delete(index);
    shown.push({ ...event, index: this.#numberOf(index) });
    if (event.type === 'part_end' || event.type === 'whole') this.#numbers.delete(index);
  }

  #numberOf(index: number): number {
    const known = this.#numbers.get(index);
    if (known !== undefined) return known;
    const number = this.#shownParts++;
    this.#numbers.set(index, number);
    return number;
  }
}

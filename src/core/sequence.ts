import type { AnswerWork } from './answer-work.ts';
import type { AnswerEvent } from './event.ts';

/**
 * Puts the parts of an answer one after the other, for dialects whose parts may not overlap: what belongs to a part
 * that began while another was under way waits for the other's end. Everything else passes at once.
 */
export class Sequence {
  /** The part that is under way in what goes out. */
  #current: number | undefined;
  readonly #waiting = new Map<number, AnswerEvent[]>();

  /** `work` is for what waits. */
  constructor(private readonly work: AnswerWork) {}

  /** Takes the next event; gives what may go out now. */
  push(event: AnswerEvent): readonly AnswerEvent[] {
    if (!('index' in event)) return [event];
    this.#current ??= event.type === 'whole' ? undefined : event.index;
    if (this.#current !== undefined && event.index !== this.#current) {
      this.work.keepEvent(event);
      const waiting = this.#waiting.get(event.index);
      if (waiting === undefined) this.#waiting.set(event.index, [event]);
      else waiting.push(event);
      return [];
    }
    return event.type === 'part_end' ? [event, ...this.#next()] : [event];
  }

  /** The parts that have waited: those that are whole, and of the first that is not what there is of it. */
  #next(): AnswerEvent[] {
    this.#current = undefined;
    const out: AnswerEvent[] = [];
    for (const [index, events] of this.#waiting) {
      this.#waiting.delete(index);
      for (const event of events) out.push(event);
      const last = events.at(-1);
      if (last?.type === 'part_end' || last?.type === 'whole') continue;
      this.#current = index;
      break;
    }
    return out;
  }
}

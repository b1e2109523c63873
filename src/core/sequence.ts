import type { AnswerWork } from './answer-work.ts';
import type { AnswerEvent } from './event.ts';

/**
 * Puts the parts of an answer one after the other, for dialects whose parts may not overlap. A part that begins within
 * another waits for the other's end. Everything else passes at once.
 */
export class Sequence {
  /** The current part of the output. */
  #current: number | undefined;
  readonly #waiting = new Map<number, AnswerEvent[]>();

  /** `work` limits what waits. */
  constructor(private readonly work: AnswerWork) {}

  /** Takes the next event. Returns the events that may go out now. */
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

  /** The waiting parts: all complete ones, and the beginning of the first incomplete one. */
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

import { asIndex, type JsonObject } from '../../lib/json.ts';

/** How far a part has come: its beginning, pieces of text, the whole text, the whole part. */
export type PartStep = 'begun' | 'piece' | 'text' | 'part';

const ORDER: readonly PartStep[] = ['begun', 'piece', 'text', 'part'];

/**
 * Which part of an item an event is about, if the event does not say. It is the same part as before, unless that part
 * is past such an event.
 */
export class PartCursor {
  #at = 0;
  #step = -1;

  constructor(private readonly field: 'content_index' | 'summary_index') {}

  /** The index of the event's part; without `step`, the current part. */
  at(event: JsonObject, step?: PartStep): number {
    const told = asIndex(event[this.field]);
    const next = step === undefined ? this.#step : ORDER.indexOf(step);
    if (told !== undefined) this.#at = told;
    else if (next < this.#step || (next === this.#step && step !== undefined && step !== 'piece')) this.#at++;
    this.#step = next;
    return this.#at;
  }
}

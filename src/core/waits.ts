import type { WaitNote } from './request-detail.ts';
import type { Wait } from './record.ts';

/** So many times in the queue are told apart. */
const MOST_TOLD = 32;

/** The time of an exchange that is neither the gateway's own nor an attempt's. */
export class Waits {
  /** All of it, in milliseconds: the client's sending, the queue, the waits between attempts. */
  ms = 0;
  /** How long it waited in the queue; undefined until it has come so far as to need a slot. */
  queueMs: number | undefined;
  /** Its times in the queue, the first of them; undefined: it never waited there. */
  queued: Wait[] | undefined;
  /** Each wait within the gateway; undefined: there was none. */
  notes: WaitNote[] | undefined;

  add(ms: number): void {
    this.ms += ms;
  }

  /** Keeps it for the record. */
  note(note: WaitNote): void {
    (this.notes ??= []).push(note);
  }

  /** It has waited in the queue for so long, from so many milliseconds after its start on. */
  addQueued(wait: Wait): void {
    this.queueMs = (this.queueMs ?? 0) + wait.ms;
    this.ms += wait.ms;
    this.queued ??= [];
    if (this.queued.length < MOST_TOLD) this.queued.push(wait);
  }

  /** It needs a slot, and has not waited for one so far. */
  reachQueue(): void {
    this.queueMs ??= 0;
  }
}

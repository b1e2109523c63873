import type { WaitNote } from './request-detail.ts';

/** The time of an exchange that is neither the gateway's own nor an attempt's. */
export class Waits {
  /** All of it, in milliseconds: the client's sending, the queue, the waits between attempts. */
  ms = 0;
  /** How long it waited in the queue; undefined until it has come so far as to need a slot. */
  queueMs: number | undefined;
  /** Each wait within the gateway; undefined: there was none. */
  notes: WaitNote[] | undefined;

  add(ms: number): void {
    this.ms += ms;
  }

  addQueued(ms: number, note: WaitNote): void {
    this.queueMs = (this.queueMs ?? 0) + ms;
    this.ms += ms;
    this.note(note);
  }

  /** Keeps it for the record. */
  note(note: WaitNote): void {
    (this.notes ??= []).push(note);
  }

  /** It needs a slot, and has not waited for one so far. */
  reachQueue(): void {
    this.queueMs ??= 0;
  }
}

/** The time of an exchange that is neither the gateway's own nor an attempt's. */
export class Waits {
  /** All of it, in milliseconds: the client's sending, the queue, the waits between attempts. */
  ms = 0;
  /** How long it waited in the queue; undefined until it has come so far as to need a slot. */
  queueMs: number | undefined;

  add(ms: number): void {
    this.ms += ms;
  }

  addQueued(ms: number): void {
    this.queueMs = (this.queueMs ?? 0) + ms;
    this.ms += ms;
  }

  /** It needs a slot, and has not waited for one so far. */
  reachQueue(): void {
    this.queueMs ??= 0;
  }
}

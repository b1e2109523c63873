/** The rate is that of the last seconds. */
const WINDOW_MS = 5000;

/** How many requests end in a second, of late. */
export class Rate {
  readonly #seen: { readonly at: number; readonly count: number }[] = [];
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  add(count: number, now: number): void {
    if (count > 0) this.#seen.push({ at: now, count });
  }

  perSecond(now: number): number {
    while (this.#seen[0] !== undefined && this.#seen[0].at <= now - WINDOW_MS) this.#seen.shift();
    const sum = this.#seen.reduce((all, { count }) => all + count, 0);
    // At the beginning the window is shorter.
    return sum / (Math.min(WINDOW_MS, Math.max(1000, now - this.#since)) / 1000);
  }
}

/** How many tokens come in and how many fit. */
export interface Rate {
  readonly perSecond: number;
  /** At least 1, or nothing would ever be let through. */
  readonly capacity: number;
}

/**
 * A token bucket that is filled by arithmetic, not by a timer: over any time, no more tokens are taken than its capacity
 * plus what came in. Times are monotonic milliseconds and must not go back.
 */
export class TokenBucket {
  #tokens: number;
  #at: number;

  /** Full at the beginning. */
  constructor({ capacity }: Rate, now: number) {
    this.#tokens = capacity;
    this.#at = now;
  }

  /** Tokens that are there now. */
  level(rate: Rate, now: number): number {
    const came = (Math.max(0, now - this.#at) / 1000) * rate.perSecond;
    this.#tokens = Math.min(rate.capacity, this.#tokens + came);
    this.#at = Math.max(this.#at, now);
    return this.#tokens;
  }

  /**
   * Takes so many tokens, one of those that `level` has shown to be there unless told. More than there are may be taken of
   * what was used already: they are lacking then; a negative number gives back.
   */
  take(tokens = 1): void {
    this.#tokens -= tokens;
  }

  /** Puts one back that was taken for nothing; the next `level` spills what does not fit. */
  giveBack(): void {
    this.#tokens++;
  }

  /** Milliseconds until there are `tokens`, from when `level` was last asked; 0 if they are there. */
  msUntil(tokens: number, { perSecond }: Rate): number {
    return Math.max(0, ((tokens - this.#tokens) / perSecond) * 1000);
  }
}

import type { ExchangeRecord } from '../../core/record.ts';
import { TTFT_BUCKETS } from './ttft-buckets.ts';

/** What is counted of each step, in the order in which it is kept. */
const COUNTS = ['requests', 'failed', 'refused', 'failedOver', 'unpriced', 'tokens', 'nanoUsd'] as const;

/** What requests came to. */
export type StepCounts = Record<(typeof COUNTS)[number], number>;

/** The same with the times to the first content, by `ttft-buckets.ts`. */
export interface StepSums extends StepCounts {
  readonly ttft: Float64Array;
}

const WIDTH = COUNTS.length;

/** Sums of requests by steps of time, of the last so many steps; its size never changes. */
export class StepSeries {
  readonly #counts: Float64Array;
  readonly #ttft: Uint32Array;
  /** Which step is in each place, counted from the epoch. */
  readonly #steps: Float64Array;

  constructor(
    readonly stepMs: number,
    readonly length: number,
  ) {
    this.#counts = new Float64Array(length * WIDTH);
    this.#ttft = new Uint32Array(length * TTFT_BUCKETS);
    this.#steps = new Float64Array(length).fill(-1);
  }

  /** Counts a record. On a request's path: it allocates nothing. `bucket`: -1 where it has no time to the first content. */
  add({ startedAt }: ExchangeRecord, sums: Readonly<StepCounts>, bucket: number): void {
    const step = Math.floor(startedAt / this.stepMs);
    const place = this.#steps[step % this.length] === step ? step % this.length : this.#placeOf(step);
    if (place === -1) return;
    const counts = this.#counts;
    const at = place * WIDTH;
    counts[at] = (counts[at] ?? 0) + sums.requests;
    if (sums.failed > 0) counts[at + 1] = (counts[at + 1] ?? 0) + sums.failed;
    if (sums.refused > 0) counts[at + 2] = (counts[at + 2] ?? 0) + sums.refused;
    if (sums.failedOver > 0) counts[at + 3] = (counts[at + 3] ?? 0) + sums.failedOver;
    if (sums.unpriced > 0) counts[at + 4] = (counts[at + 4] ?? 0) + sums.unpriced;
    counts[at + 5] = (counts[at + 5] ?? 0) + sums.tokens;
    counts[at + 6] = (counts[at + 6] ?? 0) + sums.nanoUsd;
    if (bucket === -1) return;
    const to = place * TTFT_BUCKETS + bucket;
    this.#ttft[to] = (this.#ttft[to] ?? 0) + 1;
  }

  /** Adds what is known of a step from elsewhere; `bucket`: that of the times of all these requests, if they have one. */
  addCounts(at: number, sums: Readonly<StepCounts>, bucket: number | undefined): void {
    const place = this.#placeOf(Math.floor(at / this.stepMs));
    if (place === -1) return;
    COUNTS.forEach((name, index) => {
      const to = place * WIDTH + index;
      this.#counts[to] = (this.#counts[to] ?? 0) + sums[name];
    });
    if (bucket === undefined) return;
    const to = place * TTFT_BUCKETS + Math.min(TTFT_BUCKETS - 1, Math.max(0, bucket));
    this.#ttft[to] = (this.#ttft[to] ?? 0) + sums.requests;
  }

  /** What began at `from` or later and before `to`, in whole steps. */
  between(from: number, to: number): StepSums {
    const sums = emptySums();
    const last = Math.ceil(to / this.stepMs);
    for (let step = Math.max(Math.floor(from / this.stepMs), last - this.length); step < last; step++) {
      const place = step % this.length;
      if (this.#steps[place] !== step) continue;
      COUNTS.forEach((name, index) => (sums[name] += this.#counts[place * WIDTH + index] ?? 0));
      for (let bucket = 0; bucket < TTFT_BUCKETS; bucket++)
        sums.ttft[bucket] = (sums.ttft[bucket] ?? 0) + (this.#ttft[place * TTFT_BUCKETS + bucket] ?? 0);
    }
    return sums;
  }

  /** Where a step is kept, from now on if it is a new one; -1: it is too old. */
  #placeOf(step: number): number {
    const place = step % this.length;
    const there = this.#steps[place] ?? -1;
    if (there === step) return place;
    if (!(step > there)) return -1;
    this.#steps[place] = step;
    this.#counts.fill(0, place * WIDTH, (place + 1) * WIDTH);
    this.#ttft.fill(0, place * TTFT_BUCKETS, (place + 1) * TTFT_BUCKETS);
    return place;
  }
}

/** The sums of nothing. */
export function emptySums(): StepSums {
  const counts = { requests: 0, failed: 0, refused: 0, failedOver: 0, unpriced: 0, tokens: 0, nanoUsd: 0 };
  return { ...counts, ttft: new Float64Array(TTFT_BUCKETS) };
}

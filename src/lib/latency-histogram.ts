/** The first bucket ends at 1 ms, the last one holds whatever is over 20 minutes. */
const BUCKETS = 64;
/** Each bucket ends at so many times the end of the one before. */
const RATIO = 1.25;
const LOG_RATIO = Math.log(RATIO);
/** From so many samples on all of them count half, so that what was long ago is forgotten. */
const MOST_SAMPLES = 512;
/** Of fewer samples no quantile is told: one of twenty at the 95th percentile would decide by itself. */
const LEAST_SAMPLES = 40;

/**
 * How long something takes, as counts in buckets that grow by a quarter each: 64 numbers, whatever comes. It forgets by
 * halving its counts. (P² takes five markers, but cannot forget: it would take as long to learn of a change as what was
 * before has lasted.)
 */
export class LatencyHistogram {
  readonly #counts = new Float32Array(BUCKETS);
  #samples = 0;

  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#samples++;
    if (this.#samples >= MOST_SAMPLES) this.#halve();
  }

  /** The value in milliseconds that a share of the samples (0.95 for 95 %) does not exceed; undefined of too few samples. */
  quantile(share: number): number | undefined {
    if (this.#samples < LEAST_SAMPLES) return undefined;
    let left = share * this.#samples;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket] ?? 0;
      // Within a bucket samples are taken to lie evenly, by their logarithms.
      if (count >= left && count > 0) return RATIO ** (bucket - 1 + left / count);
      left -= count;
    }
    return RATIO ** BUCKETS;
  }

  #halve(): void {
    this.#samples = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const half = (this.#counts[bucket] ?? 0) / 2;
      this.#counts[bucket] = half;
      this.#samples += half;
    }
  }
}

/** Bucket 0 holds what takes up to 1 ms, bucket n what takes up to RATIO^n. */
function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms) / LOG_RATIO));
}

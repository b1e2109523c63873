/** The first bucket ends at 1, the last one holds whatever is over 1.2 million: 20 minutes in milliseconds. */
const BUCKETS = 64;
/** Each bucket ends at so many times the end of the one before. */
const RATIO = 1.25;
const LOG_RATIO = Math.log(RATIO);
/** From so many samples on all of them count half, so that what was long ago is forgotten. */
const MOST_SAMPLES = 512;
/** Of fewer samples no quantile is told: one of twenty at the 95th percentile would decide by itself. */
const LEAST_SAMPLES = 40;

/**
 * How long something takes, or how much, as counts in buckets that grow by a quarter each: 64 numbers, whatever comes. It forgets by
 * halving its counts. (P² takes five markers, but cannot forget: it would take as long to learn of a change as what was
 * before has lasted.)
 */
export class QuantileHistogram {
  readonly #counts = new Float32Array(BUCKETS);
  #samples = 0;

  /** Of fewer than `leastSamples` no quantile is told. */
  constructor(private readonly leastSamples = LEAST_SAMPLES) {}

  add(value: number): void {
    const bucket = bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#samples++;
    if (this.#samples >= MOST_SAMPLES) this.#halve();
  }

  /** The value that a share of the samples (0.95 for 95 %) does not exceed; undefined of too few samples. */
  quantile(share: number): number | undefined {
    if (this.#samples < this.leastSamples) return undefined;
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

/** Bucket 0 holds what is up to 1, bucket n what is up to RATIO^n. */
function bucketOf(value: number): number {
  return value <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(value) / LOG_RATIO));
}

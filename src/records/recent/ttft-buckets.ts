/** Each bucket is so much wider than the one before: times are known to about 5 % up and down. */
const GROWTH = 1.1;
const SCALE = 1 / Math.log(GROWTH);
/** Up to eleven minutes; what takes longer is in the last. */
export const TTFT_BUCKETS = 142;

/** The bucket of a time, by its natural logarithm: databases can tell it as well. */
export const BUCKET_SCALE = SCALE;

export function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.min(TTFT_BUCKETS - 1, Math.floor(Math.log(ms) * SCALE));
}

/** The time below which a part of all times are; undefined of none. */
export function quantileOf(counts: Float64Array, part: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = Math.ceil(total * part);
  for (const [bucket, count] of counts.entries()) {
    left -= count;
    if (left <= 0) return Math.round(GROWTH ** (bucket + 0.5) * 10) / 10;
  }
  return undefined;
}

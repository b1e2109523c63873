/**
 * Exponential backoff with full jitter: anything from nothing to `initialMs` doubled `retry` times, at most `maxMs`.
 * `draw` is a random number in [0, 1).
 */
export function backoffMs(retry: number, initialMs: number, maxMs: number, draw: number): number {
  return draw * Math.min(maxMs, initialMs * 2 ** Math.min(retry, 30));
}

import { expect, test } from 'bun:test';
import { QuantileHistogram } from './quantile-histogram.ts';

/** The same numbers each time, evenly in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function histogramOf(values: readonly number[]): QuantileHistogram {
  const histogram = new QuantileHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

test('of fewer than 40 samples it tells nothing', () => {
  const histogram = histogramOf(Array.from({ length: 39 }, () => 100));
  expect(histogram.quantile(0.95)).toBeUndefined();
  histogram.add(100);
  expect(histogram.quantile(0.95)).toBeDefined();
});

test.each([1, 2, 3])('a quantile is right to a bucket, whatever the distribution: seed %i', (seed) => {
  const random = randomFrom(seed);
  // Log-normal with a long tail: 2 ms to 30 s.
  const values = Array.from({ length: 400 }, () => 200 * Math.exp(1.2 * (random() + random() + random() - 1.5) * 2));
  const sorted = values.toSorted((a, b) => a - b);
  for (const share of [0.5, 0.9, 0.95]) {
    const exact = sorted[Math.ceil(share * values.length) - 1] ?? 0;
    const told = histogramOf(values).quantile(share) ?? 0;
    expect(told / exact).toBeWithin(1 / 1.26, 1.26);
  }
});

test('a sample above the quantile counts alike, however far above it is', () => {
  const usual = Array.from({ length: 200 }, (_, at) => 100 + at);
  const [near, far] = [400, 60_000].map((tail) => histogramOf([...usual, tail, tail, tail]).quantile(0.95));
  expect(near).toBe(far);
});

test('it follows a route that becomes slower, and one that becomes faster', () => {
  const histogram = histogramOf(Array.from({ length: 2_000 }, () => 100));
  for (let i = 0; i < 100; i++) histogram.add(800);
  expect(histogram.quantile(0.95)).toBeWithin(640, 1_000);
  for (let i = 0; i < 2_000; i++) histogram.add(50);
  expect(histogram.quantile(0.95)).toBeWithin(40, 63);
});

test('what is out of all bounds has a place', () => {
  expect(histogramOf(Array.from({ length: 50 }, () => 0)).quantile(0.95)).toBeWithin(0, 1.01);
  expect(histogramOf(Array.from({ length: 50 }, () => 1e12)).quantile(0.95)).toBeGreaterThan(1e6);
});

import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { TokenBucket } from './token-bucket.ts';

const rates = fc.record({
  perSecond: fc.double({ min: 0.01, max: 5000, noNaN: true }),
  capacity: fc.double({ min: 1, max: 10_000, noNaN: true }),
});

function admit(bucket: TokenBucket, rate: { perSecond: number; capacity: number }, now: number): boolean {
  if (bucket.level(rate, now) < 1) return false;
  bucket.take();
  return true;
}

describe('a token bucket', () => {
  test('admits its capacity at once, and then as fast as it fills', () => {
    const rate = { perSecond: 10, capacity: 3 };
    const bucket = new TokenBucket(rate, 0);
    expect([0, 0, 0, 0].map((now) => admit(bucket, rate, now))).toEqual([true, true, true, false]);
    expect(bucket.msUntil(1, rate)).toBe(100);
    expect(admit(bucket, rate, 99)).toBe(false);
    expect(admit(bucket, rate, 101)).toBe(true);
  });

  test('never admits more than its capacity plus what came in, over any part of any run', () => {
    fc.assert(
      fc.property(
        rates,
        fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (rate, gaps) => {
          const bucket = new TokenBucket(rate, 0);
          const admittedAt: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now += gap;
            for (let i = 0; i < 3; i++) if (admit(bucket, rate, now)) admittedAt.push(now);
          }
          for (let from = 0; from < admittedAt.length; from++) {
            const since = admittedAt[from]!;
            const last = admittedAt.at(-1)!;
            const most = rate.capacity + ((last - since) / 1000) * rate.perSecond;
            expect(admittedAt.length - from).toBeLessThanOrEqual(most + 1e-6);
          }
        },
      ),
    );
  });

  test('never refuses a steady client just under the rate', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 300 }), (rate, count) => {
        const bucket = new TokenBucket(rate, 0);
        const gapMs = (1000 / rate.perSecond) * 1.001;
        for (let i = 0; i < count; i++) expect(admit(bucket, rate, i * gapMs)).toBe(true);
      }),
    );
  });

  test('a token given back is there again, but never more than fit', () => {
    const rate = { perSecond: 1, capacity: 1 };
    const bucket = new TokenBucket(rate, 0);
    expect(admit(bucket, rate, 0)).toBe(true);
    bucket.giveBack();
    expect(admit(bucket, rate, 0)).toBe(true);
    bucket.giveBack();
    bucket.giveBack();
    expect(bucket.level(rate, 0)).toBe(1);
  });

  test('a smaller capacity counts at once', () => {
    const bucket = new TokenBucket({ perSecond: 100, capacity: 100 }, 0);
    expect(bucket.level({ perSecond: 1, capacity: 2 }, 0)).toBe(2);
  });

  test('a clock that stands still or goes back fills nothing', () => {
    const rate = { perSecond: 1000, capacity: 1 };
    const bucket = new TokenBucket(rate, 1000);
    expect(admit(bucket, rate, 1000)).toBe(true);
    expect(admit(bucket, rate, 500)).toBe(false);
    expect(admit(bucket, rate, 1000)).toBe(false);
  });
});

import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { backoffMs } from './backoff.ts';

describe('backoffMs', () => {
  test.each([
    [0, 500],
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 5000],
    [2000, 5000],
  ])('before retry %i it waits up to %i ms', (retry, mostMs) => {
    expect(backoffMs(retry, 500, 5000, 0.5)).toBe(mostMs / 2);
    expect(backoffMs(retry, 500, 5000, 0)).toBe(0);
  });

  test('never waits longer than the most, nor a negative time', () => {
    const count = fc.nat({ max: 5000 });
    fc.assert(
      fc.property(
        fc.nat({ max: 1000 }),
        count,
        count,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (...[retry, first, most, draw]) => {
          const ms = backoffMs(retry, first, most, draw);
          expect(ms >= 0 && ms <= most).toBe(true);
        },
      ),
    );
  });
});

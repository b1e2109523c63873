import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { decimalText, readDecimal } from './decimal.ts';

describe('readDecimal', () => {
  test.each([
    [1.25, 6, 1_250_000n],
    ['1.25', 6, 1_250_000n],
    [0.1, 1, 1n],
    [1e-7, 12, 100_000n],
    ['1.0E-7', 7, 1n],
    [3, 0, 3n],
    ['3e2', 0, 300n],
    ['.5', 1, 5n],
    ['0', 6, 0n],
    ['1.250000000', 2, 125n],
    [' 7 ', 0, 7n],
  ])('%p with %p places is %p', (value, places, units) => {
    expect(readDecimal(value, places)).toBe(units);
  });

  test.each([
    [0.0000001, 6],
    ['1.23', 1],
    [-1, 6],
    ['', 6],
    ['.', 6],
    ['1,25', 6],
    ['0x10', 6],
    [NaN, 6],
    [Infinity, 6],
    ['1e309', 6],
    ['1e999', 6],
    ['9'.repeat(41), 6],
  ])('%p with %p places is none', (value, places) => {
    expect(readDecimal(value, places)).toBeUndefined();
  });

  test('reads what decimalText writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat(12), (units, places) => {
        expect(readDecimal(decimalText(units, places), places)).toBe(units);
      }),
    );
  });

  test('a number is read as it was written', () => {
    // 0.1 + 0.2 is not 0.3, and to multiply by a million would make other numbers of these.
    for (const usd of [0.07, 0.29, 1.1, 2.675, 4.35, 8.2, 1.005])
      expect(decimalText(readDecimal(usd, 6) ?? 0n, 6)).toBe(String(usd));
  });
});

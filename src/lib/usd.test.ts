import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { formatUsd, parseUsd } from './usd.ts';

describe('USD', () => {
  test('is read to the nano, with no float in between', () => {
    expect(parseUsd('0.1')).toBe(100_000_000n);
    expect(parseUsd('5')).toBe(5_000_000_000n);
    expect(parseUsd('9007199.254740993')).toBe(9_007_199_254_740_993n);
    expect(parseUsd('0.000000001')).toBe(1n);
    expect(parseUsd('1e-7')).toBe(100n);
    expect(parseUsd('1.50')).toBe(1_500_000_000n);
    expect(parseUsd('0')).toBe(0n);
    expect(parseUsd('-0.0')).toBe(0n);
  });

  test('says what is wrong with what is none', () => {
    expect(parseUsd('1e309')).toBe('too_much');
    expect(parseUsd('9000000000.000000001')).toBe('too_much');
    expect(parseUsd('-1')).toBe('negative');
    expect(parseUsd('0.0000000001')).toBe('too_fine');
    expect(parseUsd('1e-309')).toBe('too_fine');
    for (const text of ['', 'NaN', 'Infinity', '$5', '5 USD', '1,5', '.5', '5.', '0x10', '1e9999', '1_000'])
      expect(parseUsd(text)).toBe('malformed');
  });

  test('is written so that it is read back as the same', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 9_000_000_000n * 1_000_000_000n), (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano);
      }),
    );
    expect(formatUsd(12_500_000_000n)).toBe('12.5');
    expect(formatUsd(1_234_000)).toBe('0.001234');
    expect(formatUsd(-1n)).toBe('-0.000000001');
  });
});

import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { isMadeKey, isMistyped, makeKey, shownPart } from './made-key.ts';

describe('a key that is made', () => {
  test('has its form, is never twice the same, and is known as one', () => {
    const keys = Array.from({ length: 1000 }, makeKey);
    expect(new Set(keys).size).toBe(1000);
    for (const key of keys) {
      expect(key).toMatch(/^sk-lp-[0-9A-Za-z]{38}$/);
      expect([isMadeKey(key), isMistyped(key)]).toEqual([true, false]);
    }
    const [key = ''] = keys;
    expect(shownPart(key)).toBe(key.slice(0, 10));
  });

  test('uses every character alike', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i++)
      for (const char of makeKey().slice(6, 38)) counts.set(char, (counts.get(char) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 2064 of each are expected; five standard deviations are 226.
    for (const count of counts.values()) expect(Math.abs(count - 2064)).toBeLessThan(230);
  });

  test('with one character changed, two exchanged, or an end missing is told as mistyped', () => {
    fc.assert(
      fc.property(fc.nat(43), fc.constantFrom('0', '9', 'A', 'Z', 'a', 'z', '-', '_', ' ', 'é'), (at, char) => {
        const key = makeKey();
        const typed = key.slice(0, at) + char + key.slice(at + 1);
        const swapped =
          key.slice(0, at) +
          key
            .slice(at, at + 2)
            .split('')
            .toReversed()
            .join('') +
          key.slice(at + 2);
        for (const wrong of [typed, swapped, key.slice(0, at), `${key}x`]) {
          expect(isMadeKey(wrong)).toBe(wrong === key);
          if (wrong !== key && wrong.startsWith('sk-lp-')) expect(isMistyped(wrong)).toBe(true);
        }
      }),
    );
  });

  test('is not mistaken for a key of another program', () => {
    for (const other of ['', 'sk-', 'sk-ant-api03-abcdef', 'Bearer x', 'sk-lp', '💥'])
      expect([isMadeKey(other), isMistyped(other)]).toEqual([false, false]);
  });
});

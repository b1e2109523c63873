import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { ByteBudget } from './byte-budget.ts';
import { FairShares } from './fair-shares.ts';

describe('what many share', () => {
  test('is seen by its owner alone', () => {
    const shares = new FairShares<string>(100);
    shares.add('ann', 'x', 'of ann', 1);
    expect([shares.get('ann', 'x'), shares.get('bob', 'x')]).toEqual(['of ann', undefined]);
    shares.add('bob', 'x', 'of bob', 1);
    expect([shares.get('ann', 'x'), shares.get('bob', 'x')]).toEqual(['of ann', 'of bob']);
  });

  test('is not overwritten', () => {
    const shares = new FairShares<string>(100);
    shares.add('ann', 'x', 'first', 1);
    shares.add('ann', 'x', 'second', 50);
    expect(shares.get('ann', 'x')).toBe('first');
    // And takes no room twice.
    shares.add('ann', 'y', 'much', 99);
    expect(shares.get('ann', 'x')).toBe('first');
  });

  test('is not lost to others by whoever has less than an equal share', () => {
    const shares = new FairShares<number>(100);
    for (let at = 0; at < 4; at++) shares.add('bob', `b${at}`, at, 10);
    for (let at = 0; at < 1000; at++) shares.add(at % 3 === 0 ? 'ann' : 'eve', `${at}`, at, 10);
    // Three owners: the equal share is 33, and bob had 40.
    expect([0, 1, 2, 3].map((at) => shares.get('bob', `b${at}`))).toEqual([undefined, 1, 2, 3]);
    expect(shares.get('eve', '998')).toBe(998);
  });

  test('is never more than there is room for, whoever adds what', () => {
    const adds = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(40), fc.integer({ min: 1, max: 60 })));
    fc.assert(
      fc.property(adds, (added) => {
        const shares = new FairShares<number>(50);
        for (const [owner, key, size] of added) shares.add(owner, String(key), size, size);
        const seen = new Set(added.map(([owner, key]) => `${owner} ${key}`));
        const sizes = [...seen].map((place) => shares.get(...(place.split(' ') as [string, string])) ?? 0);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(50);
      }),
    );
  });
});

test('what is kept comes out of a budget, for which the oldest goes of whoever adds', () => {
  const budget = new ByteBudget(800);
  const shares = new FairShares<string>(1000, budget);
  budget.take(720);
  shares.add('a', '1', 'one', 30);
  shares.add('a', '2', 'two', 30);
  shares.add('b', '1', 'other', 20);
  shares.add('a', '3', 'three', 30);
  expect(['1', '2', '3'].map((key) => shares.get('a', key))).toEqual([undefined, 'two', 'three']);
  expect([shares.get('b', '1'), budget.used]).toEqual(['other', 800]);
});

test('where there can be no room for it in the budget, nothing is kept and nothing goes', () => {
  const budget = new ByteBudget(800);
  const shares = new FairShares<string>(1000, budget);
  budget.take(700);
  shares.add('a', '1', 'mine', 30);
  shares.add('b', '1', 'other', 30);
  shares.add('a', '2', 'too large', 90);
  expect([shares.get('a', '1'), shares.get('b', '1'), shares.get('a', '2')]).toEqual(['mine', 'other', undefined]);
  expect(budget.used).toBe(760);
});

test('most of a budget is left to requests', () => {
  const budget = new ByteBudget(800);
  const shares = new FairShares<string>(1000, budget);
  for (let n = 0; n < 20; n++) shares.add('a', String(n), 'item', 30);
  expect(budget.used).toBe(90);
});

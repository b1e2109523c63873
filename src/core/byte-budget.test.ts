import { expect, test } from 'bun:test';
import { ByteBudget } from './byte-budget.ts';

test('what does not fit is not taken, and what is given back can be taken again', () => {
  const budget = new ByteBudget(100);
  expect([budget.take(60), budget.take(41), budget.take(40)]).toEqual([true, false, true]);
  expect(budget.used).toBe(100);
  budget.giveBack(60);
  expect([budget.take(61), budget.take(60)]).toEqual([false, true]);
});

test('a lower limit counts for what comes, not for what is held', () => {
  const budget = new ByteBudget(100);
  budget.take(80);
  budget.limit = 50;
  expect([budget.used, budget.take(1)]).toEqual([80, false]);
  budget.giveBack(40);
  expect(budget.take(10)).toBe(true);
});

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

test('garbage is collected when much of the limit has been given back in large pieces', () => {
  let collected = 0;
  const budget = new ByteBudget(80 * 1024 * 1024, () => collected++);
  budget.take(40 * 1024 * 1024);
  for (let n = 0; n < 20; n++) budget.giveBack(1024 * 1024);
  expect(collected).toBe(0);
  budget.giveBack(10 * 1024 * 1024);
  expect(collected).toBe(1);
});

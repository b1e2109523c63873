import { describe, expect, test } from 'bun:test';
import { budgetSpec } from './budgets.fixture.ts';
import { Budget, isReached } from './budget.ts';
import { owner, ruleOf } from './budget-rule.ts';

const CI = owner('key:ci');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-05-05T12:00:00Z');

function budgetOf(spec: Parameters<typeof budgetSpec>[0], earlier?: ReadonlyMap<number, bigint>): Budget {
  return new Budget(ruleOf(CI, budgetSpec(spec)), earlier);
}

describe('a budget', () => {
  test('has an id of its owner, name, unit and window, so that counts of two kinds are never mixed', () => {
    const idOf = (spec: Parameters<typeof budgetSpec>[0]) => ruleOf(CI, budgetSpec(spec)).id;
    expect(idOf({ usd: '5', per: 'day' })).toBe('key:ci/usd-day:usd/day');
    expect(idOf({ name: 'main', tokens: 5, per: 'month' })).toBe('key:ci/main:tokens/month');
    expect(idOf({ usd: '7', per: 'day', mode: 'soft' })).toBe(idOf({ usd: '5', per: 'day' }));
  });

  test('begins anew with its window, and no job has to run', () => {
    const budget = budgetOf({ tokens: 100, per: 'day' });
    budget.counterAt(NOON).settle(0, 70);
    expect(budget.counterAt(NOON + 11 * HOUR).spent).toBe(70n);
    expect(budget.counterAt(NOON + 12 * HOUR).spent).toBe(0n);
  });

  test('is the same as before if the clock is set back over the end of its window', () => {
    const budget = budgetOf({ tokens: 100, per: 'day' });
    budget.counterAt(NOON).settle(0, 70);
    budget.counterAt(NOON + DAY).settle(0, 30);
    expect(budget.counterAt(NOON).spent).toBe(70n);
    expect(budget.counterAt(NOON + DAY).spent).toBe(30n);
  });

  test('that was spent so long ago that it is forgotten is not begun again', () => {
    const budget = budgetOf({ tokens: 100, per: 'hour' });
    for (let hour = 0; hour < 20; hour++) budget.counterAt(NOON + hour * HOUR).settle(0, 100);
    for (let hour = 0; hour < 20; hour++) expect(budget.counterAt(NOON + hour * HOUR).spent).toBe(100n);
  });

  test('finds its window again if the clock was ahead for a while', () => {
    const budget = budgetOf({ tokens: 100, per: 'day' });
    budget.counterAt(NOON).settle(0, 70);
    expect(budget.counterAt(NOON + 365 * DAY).spent).toBe(0n);
    expect(budget.counterAt(NOON + 1).spent).toBe(70n);
    expect(budget.counterAt(NOON + DAY).spent).toBe(0n);
  });

  test('starts with what was spent before the process did, and knows what was reached then', () => {
    const budget = budgetOf({ usd: '1', per: 'day' }, new Map([[NOON - 12 * HOUR, 900_000_000n]]));
    const counter = budget.counterAt(NOON);
    expect(counter.spent).toBe(900_000_000n);
    expect([...counter.reachedBefore]).toEqual([50, 80]);
    expect(budget.counterAt(NOON + DAY).spent).toBe(0n);
  });

  test('adds what is known late of the process before, and knows what that reached', () => {
    const budget = budgetOf({ usd: '1', per: 'day' });
    const counter = budget.counterAt(NOON);
    counter.settle(0, 400_000_000);
    budget.recall(new Map([[NOON - 12 * HOUR, 550_000_000n]]), NOON - 12 * HOUR, 550_000_000n);
    expect(budget.counterAt(NOON).spent).toBe(950_000_000n);
    // The rest was reached by both together: nobody was told.
    expect([...counter.reachedBefore]).toEqual([50]);
  });

  test('keeps what is spent when its limit or mode changes, and counts by the new zone from then on', () => {
    const budget = budgetOf({ tokens: 100, per: 'day' });
    budget.counterAt(NOON).settle(0, 70);
    budget.follow(ruleOf(CI, budgetSpec({ tokens: 50, per: 'day', mode: 'soft' })));
    expect(budget.counterAt(NOON).spent).toBe(70n);
    expect(budget.rule.limit).toBe(50n);
    budget.follow(ruleOf(CI, budgetSpec({ tokens: 50, per: 'day', zone: 'Asia/Tokyo' })));
    expect(budget.counterAt(NOON).start).toBe(Date.parse('2026-05-05T00:00:00+09:00'));
    expect(budget.counterAt(NOON).spent).toBe(70n);
  });

  test('counts what is spent and held once in each zone, whatever it is changed to, and begins anew with its window', () => {
    const to = (zone: string) => budget.follow(ruleOf(CI, budgetSpec({ tokens: 100, per: 'day', zone })));
    const budget = budgetOf({ tokens: 100, per: 'day' });
    budget.counterAt(NOON - DAY).settle(0, 100);
    const utc = budget.counterAt(NOON);
    utc.settle(0, 40);
    utc.open();
    utc.hold(10);
    for (const zone of ['Asia/Tokyo', 'America/New_York', 'UTC', 'Asia/Tokyo']) {
      to(zone);
      expect(budget.counterAt(NOON).spent).toBe(40n);
      expect(budget.counterAt(NOON).held).toBe(10n);
    }
    const tokyo = budget.counterAt(NOON);
    utc.settle(10, 20);
    tokyo.settle(0, 5);
    expect(tokyo.spent).toBe(65n);
    to('UTC');
    expect(budget.counterAt(NOON).spent).toBe(65n);
    expect(budget.counterAt(NOON + 12 * HOUR).spent).toBe(0n);
    to('Asia/Tokyo');
    expect(budget.counterAt(NOON).spent).toBe(65n);
    // By then the day of UTC has ended; Tokyo's third day has nothing of it.
    expect(budget.counterAt(NOON + 28 * HOUR).spent).toBe(0n);
  });

  test('starts with what was spent in the zone that it had before', () => {
    const rule = ruleOf(CI, budgetSpec({ tokens: 100, per: 'week', week_starts: 'sunday' }));
    const monday = Date.parse('2026-05-04T00:00:00Z');
    const budget = new Budget(rule, new Map([[monday, 70n]]));
    expect(budget.counterAt(NOON).spent).toBe(70n);
    expect(budget.counterAt(NOON + 7 * DAY).spent).toBe(0n);
  });

  test('counts more than floats do', () => {
    const counter = budgetOf({ usd: '9000000000', per: 'year' }).counterAt(NOON);
    for (let n = 0; n < 3; n++) counter.settle(0, Number.MAX_SAFE_INTEGER);
    counter.settle(0, 1);
    expect(counter.spent).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER) + 1n);
  });
});

test('a percentage is reached at it, not before, also of a limit of nothing', () => {
  expect(isReached(80, 79n, 100n)).toBe(false);
  expect(isReached(80, 80n, 100n)).toBe(true);
  expect(isReached(99.5, 994n, 1000n)).toBe(false);
  expect(isReached(99.5, 995n, 1000n)).toBe(true);
  expect(isReached(100, 0n, 0n)).toBe(false);
  expect(isReached(100, 1n, 0n)).toBe(true);
});

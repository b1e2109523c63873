import { describe, expect, test } from 'bun:test';
import { configOf } from '../config/schema.ts';
import type { LedgerRow } from '../core/ledger-row.ts';
import { bookOf } from '../pricing/book-of.ts';
import { builtInTable } from '../pricing/price-table.ts';
import { DEMO_ALIASES, demoWorld } from '../vendors/demo-world.ts';
import { historyOf, rulesOf } from './history.ts';
import { PEOPLE, SPENT_TEAM } from './people.ts';

const HOUR_MS = 3_600_000;
const UNTIL = Date.parse('2026-11-30T14:37:00Z');
const prices = bookOf(
  configOf({ prices: demoWorld().prices, backends: demoWorld().backends }, '127.0.0.1:0'),
  builtInTable,
);

function made(until = UNTIL) {
  const history = historyOf({ until, prices, node: 'here' });
  return { ...history, rows: [...history.rows()].flat() };
}

const { rows, keys, teams } = made();

describe('the history of a demo', () => {
  test('is the same for all who start in the same minute, and another in the next hour', () => {
    expect(JSON.stringify(made())).toBe(JSON.stringify({ teams, keys, rows }));
    const later = made(UNTIL + HOUR_MS);
    expect(later.rows.length).not.toBe(rows.length);
  });

  test('is marked, and over before the start', () => {
    expect(rows.length).toBeGreaterThan(1500);
    expect(rows.filter(({ tags }) => tags['demo'] !== 'history')).toEqual([]);
    expect(rows.filter(({ startedAt, durationMs }) => startedAt + durationMs >= UNTIL)).toEqual([]);
    expect(Math.min(...rows.map(({ startedAt }) => startedAt))).toBeGreaterThanOrEqual(UNTIL - 2 * HOUR_MS);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    // The keys themselves are not marked: what they are used for from now on is real.
    expect(keys.filter(({ key }) => key.tags['demo'] !== undefined)).toEqual([]);
  });

  test('has every caller, team, alias and dialect', () => {
    const all = (of: (row: LedgerRow) => string | undefined) => new Set(rows.map(of));
    expect(all(({ caller }) => caller).size).toBe(PEOPLE.length);
    expect(all(({ team }) => team).size).toBe(teams.length + 1);
    expect(all(({ aliasLabel }) => aliasLabel)).toEqual(new Set([...DEMO_ALIASES.map(({ name }) => name), undefined]));
    expect(all(({ clientDialect }) => clientDialect).size).toBe(4);
    expect(new Set(rows.map(({ stream }) => stream))).toEqual(new Set([true, false]));
  });

  test.each([0, 4, 8, 12, 16, 20])('tells its story whatever the hour: %d', (hour) => {
    const told = made(UNTIL + hour * HOUR_MS).rows;
    const has = (what: (row: LedgerRow) => boolean): boolean => told.some(what);
    const failed = (kind: string) => (row: LedgerRow) => row.tries.some(({ failure }) => failure === kind);
    expect(has((row) => row.status === 200 && row.tries.length > 1)).toBe(true);
    expect(has((row) => row.tries.some(({ coolingUntil }) => coolingUntil !== undefined))).toBe(true);
    expect(has((row) => row.detail?.routes?.some(({ skipped }) => skipped === 'cooling') === true)).toBe(true);
    expect(has(failed('overloaded'))).toBe(true);
    expect(has(failed('rate_limited'))).toBe(true);
    expect(has(({ errorCode }) => errorCode === 'budget_exceeded')).toBe(true);
    expect(has(({ errorCode }) => errorCode === 'rate_limit_exceeded')).toBe(true);
    expect(has(({ unpriced }) => unpriced)).toBe(true);
  });

  test('has what the price book says, and charges it to the budgets of the team', () => {
    const wrong = rows.filter((row) => {
      const { tries, nanoUsd = 0, team, charges } = row;
      const sum = tries.reduce((all, { cost }) => all + (cost?.nanoUsd ?? 0), 0);
      const isPriced = tries.every(({ backend, model, usage, cost, startedAt }) =>
        Bun.deepEquals(cost, usage && prices.priceAttempt({ backend, model }, usage, startedAt)),
      );
      const budgets = team === undefined || sum === 0 ? 0 : rulesOf(team).length;
      return !isPriced || nanoUsd !== sum || charges.length !== budgets || charges.some(({ amount }) => amount !== sum);
    });
    expect(wrong).toEqual([]);
  });

  test('lets a team spend its money, and refuses it what comes after', () => {
    const [rule] = rulesOf(SPENT_TEAM);
    if (rule === undefined) throw new Error(`${SPENT_TEAM} has no budget`);
    let spent = 0n;
    for (const { team, errorCode, charges } of rows) {
      if (team === SPENT_TEAM) expect(errorCode === 'budget_exceeded' || spent < rule.limit).toBe(true);
      if (errorCode === 'budget_exceeded') expect(spent).toBeGreaterThanOrEqual(rule.limit);
      for (const { budget, amount } of charges) if (budget === rule.id) spent += BigInt(amount);
    }
    expect(spent).toBeGreaterThanOrEqual(rule.limit);
  });
});

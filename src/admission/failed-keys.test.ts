import { beforeEach, expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { FailedKeys } from './failed-keys.ts';

let clock: FakeClock;
let told: [address: string, requests: number][];
let keys: FailedKeys;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  keys = new FailedKeys(clock, (address, requests) => told.push([address, requests]));
  keys.configure(60);
});

/** How many of `count` failures of an address are refused with 429, and how many get a line of their own. */
function fail(ip: string, count: number): { refused: number; logged: number } {
  const verdicts = Array.from({ length: count }, () => keys.count(ip));
  return {
    refused: verdicts.filter((verdict) => verdict?.refusal !== undefined).length,
    logged: verdicts.filter((verdict) => verdict?.suppressed !== true).length,
  };
}

test('an address may fail so often at once, and so often a minute after it', () => {
  expect(fail('192.0.2.1', 60).refused).toBe(0);
  expect(fail('192.0.2.1', 10).refused).toBe(10);
  clock.advance(1000);
  expect(fail('192.0.2.1', 10).refused).toBe(9);
  expect(keys.count('192.0.2.1')?.refusal?.details.headers?.['retry-after']).toBe('1');
  clock.advance(60_000);
  expect(fail('192.0.2.1', 60).refused).toBe(0);
});

test('beyond it a second has one line, and the others are told together', () => {
  expect(fail('192.0.2.1', 60 + 1000)).toEqual({ refused: 1000, logged: 61 });
  expect(told).toEqual([]);
  clock.advance(1000);
  expect(told).toEqual([['192.0.2.1', 999]]);
  clock.advance(10_000);
  expect(told).toHaveLength(1);
});

test('whoever has ever so many addresses fills no log either, and only some are told by name', () => {
  let logged = 0;
  for (let at = 0; at < 30_000; at++) logged += fail(`2001:db8:${at.toString(16)}::1`, 1).logged;
  expect(logged).toBe(60 * 20);
  clock.advance(1000);
  expect(told).toHaveLength(11);
  expect(told.at(-1)?.[0]).toBe('others');
  expect(told.reduce((sum, [, requests]) => sum + requests, 0)).toBe(30_000 - logged);
});

test('an address that fails on is not forgotten for those that come after it', () => {
  fail('192.0.2.1', 60);
  for (let at = 0; at < 9000; at++) fail(`10.0.${at >> 8}.${at & 255}`, 1);
  expect(fail('192.0.2.1', 1).refused).toBe(1);
  for (let at = 0; at < 9000; at++) fail(`10.1.${at >> 8}.${at & 255}`, 1);
  expect(fail('192.0.2.1', 1).refused).toBe(1);
});

test('another rate counts for what comes after it, 0 for nothing', () => {
  fail('192.0.2.1', 60);
  keys.configure(0);
  expect(keys.count('192.0.2.1')).toBeUndefined();
  keys.configure(2);
  expect(fail('192.0.2.1', 3).refused).toBe(1);
});

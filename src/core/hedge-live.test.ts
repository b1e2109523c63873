import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parsePercentage } from '../lib/percentage.ts';
import { HedgeLive } from './hedge-live.ts';
import type { Route } from './route.ts';

/** A share as a config may have it: up to four decimals of a percent. */
const shares = fc.integer({ min: 1, max: 1_000_000 }).map((millionths) => millionths / 1_000_000);

test('however requests and hedges come, there are never more hedges than the share of requests', () => {
  fc.assert(
    fc.property(shares, fc.array(fc.boolean(), { maxLength: 2_000 }), (share, wantsHedge) => {
      const live = new HedgeLive();
      let [requests, hedges] = [0, 0];
      for (const wants of wantsHedge) {
        live.earn(share);
        requests++;
        if (wants && live.hasCredit) {
          live.spend();
          hedges++;
        }
        // In whole numbers, for the product of floating-point numbers may be a trace less.
        expect(hedges * 1_000_000).toBeLessThanOrEqual(Math.round(share * 1_000_000) * requests);
      }
    }),
  );
});

test.each(['0.7%', '5%', '7%', '14%', '29%', '57%'])('%s is reached to the hedge', (text) => {
  const share = parsePercentage(text) ?? 0;
  const live = new HedgeLive();
  let hedges = 0;
  for (let i = 0; i < 10_000; i++) {
    live.earn(share);
    if (!live.hasCredit) continue;
    live.spend();
    hedges++;
  }
  expect(hedges).toBe(Math.round(10_000 * share));
});

test('ten hedges at most are saved up, and one that could not be sent is given back', () => {
  const live = new HedgeLive();
  for (let i = 0; i < 1_000; i++) live.earn(1);
  for (let i = 0; i < 10; i++) live.spend();
  expect(live.hasCredit).toBe(false);
  live.giveBack();
  expect(live.hasCredit).toBe(true);
});

test('kinds of answers and routes are told apart, and those that are gone forgotten', () => {
  const live = new HedgeLive();
  const [one, other] = ['a', 'b'].map((name) => ({ backend: { name }, modelLabel: 'm' }) as Route) as [Route, Route];
  for (let i = 0; i < 40; i++) {
    live.learn(one, 'stream', 100);
    live.learn(one, 'generate', 1_000);
    live.learn(other, 'stream', 300);
  }
  expect(live.p95(one, 'stream')).toBeWithin(90, 125);
  expect(live.p95(one, 'generate')).toBeWithin(900, 1_250);
  expect(live.p95(one, 'embed')).toBeUndefined();
  live.keepRoutes(new Set(['b\0m']));
  expect(live.p95(one, 'stream')).toBeUndefined();
  expect(live.p95(other, 'stream')).toBeWithin(270, 375);
});

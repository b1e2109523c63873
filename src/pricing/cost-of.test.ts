import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Consumption } from '../core/token-classes.ts';
import { TOKEN_CLASSES } from '../core/token-classes.ts';
import { costOf } from './cost-of.ts';
import type { Pricing } from './price.ts';
import { consumption, pricing } from './pricing.fixture.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const GPT_5 = pricing({ input: 1_250_000, cacheRead: 125_000, output: 10_000_000 });

function nano(used: Partial<Consumption>, price: Pricing | null): number | undefined {
  return costOf(consumption(used), price, NOW)?.nanoUsd;
}

describe('a cost', () => {
  test('is the sum over classes, and lists the rates that were used', () => {
    expect(costOf(consumption({ input: 1000, cacheRead: 200, output: 50 }), GPT_5, NOW)).toEqual({
      nanoUsd: 1_250_000 + 25_000 + 500_000,
      source: 'table',
      rates: { input: 1_250_000, cacheRead: 125_000, output: 10_000_000 },
    });
  });

  test('is rounded half up, once', () => {
    const price = pricing({ input: 500, output: 499, reasoning: 1 });
    expect(nano({ input: 1 }, price)).toBe(1);
    expect(nano({ output: 1 }, price)).toBe(0);
    expect(nano({ output: 1, reasoning: 1 }, price)).toBe(1);
    expect(nano({ input: 3 }, price)).toBe(2);
  });

  test('that the provider states wins, even where there is no price', () => {
    const stated = { nanoUsd: 123, source: 'stated' as const, rates: {} };
    expect(costOf(consumption({ input: 5, statedNanoUsd: 123 }), GPT_5, NOW)).toEqual(stated);
    expect(costOf(consumption({ input: 5, statedNanoUsd: 123 }), null, NOW)).toEqual(stated);
    expect(nano({ statedNanoUsd: 0 }, null)).toBe(0);
    expect(nano({ statedNanoUsd: NaN }, GPT_5)).toBeUndefined();
  });

  test('is not known without a price, and not zero', () => {
    expect(costOf(consumption({ input: 5 }), null, NOW)).toBeNull();
    expect(costOf(consumption({ input: 5 }), pricing({ output: 3 }), NOW)).toBeNull();
    expect(costOf(consumption({ output: 5 }), pricing({ input: 3 }), NOW)).toBeNull();
  });

  test('zero is a price', () => {
    expect(nano({ input: 5, output: 7, cacheRead: 9 }, pricing({ input: 0, output: 0 }))).toBe(0);
  });

  test('of what is no count is not known', () => {
    for (const input of [NaN, -1, 0.5, Infinity, 2 ** 53]) expect(nano({ input }, GPT_5)).toBeUndefined();
  });

  test('beyond what a number holds exactly is cut to that', () => {
    const dear = pricing({ input: Number.MAX_SAFE_INTEGER });
    expect(nano({ input: Number.MAX_SAFE_INTEGER }, dear)).toBe(Number.MAX_SAFE_INTEGER);
    expect(nano({ input: 1000 }, dear)).toBe(Number.MAX_SAFE_INTEGER);
    expect(nano({ input: 999 }, dear)).toBe(Number((999n * (2n ** 53n - 1n) + 500n) / 1000n));
  });
});

describe('a class without a rate of its own costs what includes it', () => {
  const price = pricing({ input: 7000, output: 11_000 });
  test.each([
    ['cacheRead', 7],
    ['cacheWrite5m', 7],
    ['cacheWrite1h', 7],
    ['audioIn', 7],
    ['imageIn', 7],
    ['reasoning', 11],
    ['audioOut', 11],
    ['imageOut', 11],
  ] as const)('%s', (name, expected) => {
    expect(nano({ [name]: 1 }, price)).toBe(expected);
  });

  test('a write for an hour costs at least one for five minutes', () => {
    expect(nano({ cacheWrite1h: 1 }, pricing({ input: 7000, cacheWrite5m: 9000 }))).toBe(9);
  });
});

describe('long input', () => {
  const price = pricing(
    { input: 1000, cacheRead: 100, output: 5000, audioIn: 3000 },
    {
      above: [
        { tokens: 1000, rates: { input: 2000, output: 6000 } },
        { tokens: 2000, rates: { input: 3000 } },
      ],
    },
  );

  test('prices the whole request anew, cached input and output included', () => {
    expect(nano({ input: 1000, output: 1 }, price)).toBe(1005);
    expect(nano({ input: 1001, output: 1 }, price)).toBe(2002 + 6);
    expect(nano({ input: 1, cacheRead: 1000, output: 1 }, price)).toBe(2 + 200 + 6);
    expect(nano({ input: 1990, audioIn: 11 }, price)).toBe(1990 * 3 + 99);
  });

  test('a class without a rate there rises with what includes it, and never falls', () => {
    expect(nano({ input: 1000, audioIn: 1 }, price)).toBe(2000 + 6);
    const falls = pricing({ input: 1000, audioIn: 3000 }, { above: [{ tokens: 1, rates: { input: 500 } }] });
    expect(nano({ audioIn: 2 }, falls)).toBe(6);
  });
});

describe('service tiers', () => {
  const price = pricing(
    { input: 1000, cacheRead: 100, output: 5000 },
    {
      above: [{ tokens: 100, rates: { input: 2000, cacheRead: 200, output: 7000 } }],
      tiers: {
        batch: { rates: { input: 500, output: 2500 }, above: [] },
        priority: { rates: { input: 1800, output: 9000 }, above: [{ tokens: 100, rates: { input: 4000 } }] },
      },
    },
  );

  test('have their own rates; standard is none', () => {
    expect(nano({ input: 10, output: 1, tier: 'batch' }, price)).toBe(5 + 3);
    expect(nano({ input: 10, output: 1, tier: 'priority' }, price)).toBe(18 + 9);
    expect(nano({ input: 10, output: 1, tier: 'default' }, price)).toBe(15);
  });

  test('a cheaper one without a price costs the standard one', () => {
    expect(nano({ input: 10, tier: 'flex' }, price)).toBe(10);
    expect(nano({ cacheRead: 10, tier: 'batch' }, price)).toBe(1);
    expect(nano({ input: 101, tier: 'batch' }, price)).toBe(202);
  });

  test('a dearer or unknown one without a price is not known', () => {
    expect(nano({ input: 10, tier: 'priority' }, pricing({ input: 1000 }))).toBeUndefined();
    for (const tier of ['ultrafast', 'scale', 'constructor', '__proto__'])
      expect(nano({ input: 10, tier }, price)).toBeUndefined();
  });

  test('in a dearer one, a class without a rate rises with what includes it', () => {
    expect(nano({ cacheRead: 10, tier: 'priority' }, price)).toBe(2);
    expect(nano({ input: 101, output: 1, tier: 'priority' }, price)).toBe(404 + 9);
  });
});

describe('other counts than tokens', () => {
  test('tools are charged per call, whatever the provider calls them', () => {
    const price = pricing({ input: 1000, output: 1000 }, { tools: { web_search: 10_000_000, web_fetch: 0 } });
    const tools = { web_search_requests: 2, web_fetch_requests: 5 };
    expect(costOf(consumption({ input: 1, serverTools: tools }), price, NOW)).toEqual({
      nanoUsd: 20_000_001,
      source: 'table',
      rates: { input: 1000, web_search: 10_000_000, web_fetch: 0 },
    });
    for (const name of ['googleSearch', 'web_search_preview', 'web_search_call', 'web_search_20250305'])
      expect(nano({ serverTools: { [name]: 1 } }, price)).toBe(10_000_000);
  });

  test('a tool without a price leaves the cost unknown', () => {
    expect(nano({ input: 1, serverTools: { computer: 1 } }, GPT_5)).toBeUndefined();
    expect(nano({ input: 1, serverTools: { computer: 0, constructor: 0 } }, GPT_5)).toBe(1250);
  });

  test('images, seconds, characters and searches', () => {
    const image = pricing({}, { units: { image: 40_000_000 } });
    expect(nano({ units: { image: 3 } }, image)).toBe(120_000_000);
    expect(nano({}, image)).toBeUndefined();
    expect(nano({ units: { image: 0 } }, image)).toBe(0);
    expect(nano({ units: { image: 1.5 } }, image)).toBeUndefined();
    // A model that is priced by its tokens is not charged again for the images that these are.
    expect(nano({ imageOut: 1, units: { image: 1 } }, pricing({ imageOut: 9000 }))).toBe(9);
  });

  test('the answer to what was thought over costs what thoughts do, where a model is priced so', () => {
    const price = pricing({ input: 1000, output: 2000, reasoning: 9000 }, { thinkingPricesOutput: true });
    expect(nano({ output: 10 }, price)).toBe(20);
    expect(nano({ output: 10, reasoning: 1 }, price)).toBe(99);
    expect(nano({ output: 10, reasoning: 1 }, pricing({ output: 2000, reasoning: 9000 }))).toBe(29);
  });

  test('a fee for every request', () => {
    expect(nano({ input: 1 }, pricing({ input: 1000 }, { units: { request: 5_000_000 } }))).toBe(5_000_001);
  });
});

describe('time and multiplier', () => {
  test('the price at the time counts; before the first there is none', () => {
    const [was, is] = [pricing({ input: 5000 }).periods[0], pricing({ input: 4000 }).periods[0]];
    if (was === undefined || is === undefined) throw new Error('no price');
    const day = Date.parse('2026-08-21');
    const price: Pricing = {
      source: 'table',
      entry: 'x/y',
      periods: [
        { ...was, from: Date.parse('2026-07-01') },
        { ...is, from: day },
      ],
    };
    const at = (time: number) => costOf(consumption({ input: 1 }), price, time)?.nanoUsd;
    expect([at(0), at(day - 1), at(day), at(NOW)]).toEqual([undefined, 5, 4, 4]);
  });

  test('a multiplier is exact, and listed', () => {
    const price = pricing({ input: 1_000_000, output: 3_000_000 }, {}, 1_100_000);
    expect(costOf(consumption({ input: 7, output: 9 }), price, NOW)).toEqual({
      nanoUsd: 37_400,
      source: 'table',
      rates: { input: 1_000_000, output: 3_000_000, multiplier: 1_100_000 },
    });
    expect(nano({ input: 1 }, pricing({ input: 455 }, {}, 1_100_000))).toBe(1);
    expect(nano({ input: 1 }, pricing({ input: 454 }, {}, 1_100_000))).toBe(0);
    expect(nano({ input: 1 }, pricing({ input: 454 }, {}, 0))).toBe(0);
  });
});

describe('whatever is used, at whatever rates', () => {
  const count = fc.oneof(fc.nat(1_000_000), fc.nat({ max: 2 ** 40 }));
  const rate = fc.oneof(fc.nat(600_000_000), fc.nat({ max: 10 ** 12 }));
  const used = fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, count])));
  const rates = fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, rate])));

  /** The same with rational numbers: numerator over 1000. */
  function exactly(counts: Record<string, number>, at: Record<string, number>, multiplier = 1_000_000): bigint {
    let pico = 0n;
    for (const name of TOKEN_CLASSES) pico += BigInt(counts[name] ?? 0) * BigInt(at[name] ?? 0);
    const [numerator, denominator] = [pico * BigInt(multiplier), 1000n * 1_000_000n];
    const [whole, rest] = [numerator / denominator, numerator % denominator];
    return rest * 2n >= denominator ? whole + 1n : whole;
  }
  const most = BigInt(Number.MAX_SAFE_INTEGER);

  test('the cost is the exact one', () => {
    fc.assert(
      fc.property(used, rates, fc.option(fc.nat(3_000_000), { nil: undefined }), (counts, at, multiplier) => {
        const exact = exactly(counts, at, multiplier);
        const cost = nano(counts, pricing(at, {}, multiplier));
        expect(BigInt(cost ?? -1)).toBe(exact > most ? most : exact);
      }),
      { numRuns: 3000 },
    );
  });

  test('two requests cost the sum of both, but for what is rounded', () => {
    const few = fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, fc.nat(100_000)])));
    fc.assert(
      fc.property(few, few, rates, (one, other, at) => {
        const price = pricing(at);
        const both = Object.fromEntries(TOKEN_CLASSES.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
        const [a = -1, b = -1, sum = -1] = [nano(one, price), nano(other, price), nano(both, price)];
        if (BigInt(sum) < most) expect(Math.abs(a + b - sum)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('more is never cheaper, and nothing is below zero', () => {
    fc.assert(
      fc.property(used, rates, fc.constantFrom(...TOKEN_CLASSES), fc.nat(1000), (counts, at, name, more) => {
        const price = pricing(at);
        const [less = -1, greater = -2] = [
          nano(counts, price),
          nano({ ...counts, [name]: (counts[name] ?? 0) + more }, price),
        ];
        expect(less).toBeGreaterThanOrEqual(0);
        expect(greater).toBeGreaterThanOrEqual(less);
      }),
    );
  });

  test('a tier with the standard rates costs the standard price', () => {
    const some = fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, rate])), {
      requiredKeys: ['input', 'output'],
    });
    fc.assert(
      fc.property(some, fc.constantFrom(...TOKEN_CLASSES), (at, name) => {
        const price = pricing(at, { tiers: { priority: { rates: at, above: [] } } });
        const [standard, priority] = [nano({ [name]: 1000 }, price), nano({ [name]: 1000, tier: 'priority' }, price)];
        expect(priority).toBe(standard);
      }),
    );
  });
});

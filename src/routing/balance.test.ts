import { describe, expect, test } from 'bun:test';
import type { Alias, Balance, Route } from '../core/route.ts';
import { BackendLive, measure } from '../core/backend-live.ts';
import { balanced } from './balance.ts';
import type { BalanceContext } from './balance.ts';

const RULES: readonly Balance[] = ['random', 'round_robin', 'least_busy', 'latency', 'session'];
const DRAWS = 4000;

/** Pseudo-random numbers that are the same in every run (mulberry32). */
function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function context(conversation = ''): BalanceContext {
  let turn = 0;
  return { nextCount: () => turn++, conversation: () => conversation, random: seeded(), now: 0 };
}

const alias: Alias = {
  name: 'x',
  prefix: undefined,
  balance: 'random',
  tiers: [],
  totalMs: undefined,
  roundRobinCounts: [],
  hedge: undefined,
};
const OFF = Infinity;

function route(name: string, weight = 1, load: { inFlight?: number; ewmaMs?: number } = {}): Route {
  const { inFlight = 0, ewmaMs = 0 } = load;
  const live = new BackendLive(name);
  for (let i = 0; i < inFlight; i++) live.begin(0);
  return {
    alias,
    backend: {
      name,
      apiKey: undefined,
      headers: {},
      protocols: ['openai-chat'],
      credential: undefined,
      quirks: {},
      live,
      send: () => Promise.reject(new Error('not sent here')),
    },
    model: 'm',
    modelLabel: 'm',
    priority: 1,
    weight,
    key: `${name}\0m`,
    timeouts: { connectMs: OFF, firstByteMs: OFF, readMs: OFF, writeMs: OFF, totalMs: OFF },
    live: new BackendLive('a').model('m', 'm'),
    latency: { ewmaMs, measuredAt: 0 },
  };
}

function names(routes: readonly Route[]): string {
  return routes.map(({ backend }) => backend.name).join('');
}

/** How often each route comes first in `draws` orders, as shares of 1. */
function shares(routes: readonly Route[], rule: Balance, draws = DRAWS): Record<string, number> {
  const counts: Record<string, number> = {};
  const shared = context();
  for (let i = 0; i < draws; i++) {
    const first = names(balanced(routes, rule, { ...shared, conversation: () => `talk ${i}` })).charAt(0);
    counts[first] = (counts[first] ?? 0) + 1 / draws;
  }
  return counts;
}

describe.each(RULES)('%s', (rule) => {
  test('orders all routes, none twice, and leaves the given list alone', () => {
    const routes = [route('a', 3), route('b'), route('c', 0), route('d', 0.5)];
    for (let i = 0; i < 50; i++) {
      const order = balanced(routes, rule, context(`${i}`));
      expect(names(order).split('').sort().join('')).toBe('abcd');
      expect(names(routes)).toBe('abcd');
    }
  });

  test('asks nothing for a single route, or for none', () => {
    const silent: BalanceContext = {
      nextCount: () => expect.unreachable(),
      conversation: () => expect.unreachable(),
      random: () => expect.unreachable(),
      now: 0,
    };
    const one = [route('a')];
    expect(balanced(one, rule, silent)).toBe(one);
    expect(balanced([], rule, silent)).toEqual([]);
  });
});

describe.each(['random', 'session'] as const)('%s shares by weight', (rule) => {
  test('three to one', () => {
    const { a = 0, b = 0 } = shares([route('a', 3), route('b', 1)], rule);
    expect(a).toBeCloseTo(0.75, 1);
    expect(b).toBeCloseTo(0.25, 1);
  });

  test('a weight of 0 comes last', () => {
    expect(shares([route('a', 0), route('b'), route('c')], rule)['a']).toBeUndefined();
  });
});

describe('round_robin', () => {
  function turns(routes: readonly Route[], count: number): string {
    const shared = context();
    return Array.from({ length: count }, () => names(balanced(routes, 'round_robin', shared)).charAt(0)).join('');
  }

  test('takes turns', () => {
    expect(turns([route('a'), route('b'), route('c')], 6)).toBe('abcabc');
  });

  test('holds weights exactly and spreads the heavy route', () => {
    expect(turns([route('a', 5), route('b', 1), route('c', 1)], 14)).toBe('aabacaaaabacaa');
  });

  test('takes fractions and large numbers as weights', () => {
    const { a = 0 } = shares([route('a', 0.3), route('b', 0.1)], 'round_robin');
    expect(a).toBeCloseTo(0.75, 2);
    const { a: large = 0 } = shares([route('a', 3_000_000), route('b', 1_000_000)], 'round_robin');
    expect(large).toBeCloseTo(0.75, 2);
  });

  test('takes turns among routes that all weigh nothing', () => {
    expect(turns([route('a', 0), route('b', 0)], 4)).toBe('abab');
  });
});

describe('least_busy', () => {
  test('the route with the least under way comes first, in proportion to its weight', () => {
    const routes = [route('a', 1, { inFlight: 3 }), route('b', 1, { inFlight: 1 }), route('c', 4, { inFlight: 5 })];
    expect(names(balanced(routes, 'least_busy', context()))).toBe('cba');
  });

  test('ties are broken by chance', () => {
    const { a = 0 } = shares([route('a'), route('b')], 'least_busy');
    expect(a).toBeCloseTo(0.5, 1);
  });
});

describe('latency', () => {
  test('a slow route is tried again when it has not been measured for long', () => {
    const [slow, quick] = [route('a', 1, { ewmaMs: 800 }), route('b', 1, { ewmaMs: 100 })];
    const firstAt = (now: number): string => {
      measure(quick.latency, 100, now);
      return names(balanced([slow, quick], 'latency', { ...context(), now }));
    };
    expect([firstAt(1000), firstAt(60_000), firstAt(120_000)]).toEqual(['ba', 'ba', 'ab']);
    measure(slow.latency, 800, 120_000);
    expect(slow.latency.ewmaMs).toBe(800);
    expect(firstAt(121_000)).toBe('ba');
  });

  test('what was measured long ago weighs little beside a new sample', () => {
    const { latency } = route('a', 1, { ewmaMs: 800 });
    measure(latency, 100, 0);
    expect(latency.ewmaMs).toBe(660);
    measure(latency, 100, 300_000);
    expect(latency.ewmaMs).toBeLessThan(101);
  });

  test('of two routes the quicker comes first, always', () => {
    expect(shares([route('a', 1, { ewmaMs: 200 }), route('b', 1, { ewmaMs: 100 })], 'latency')).toEqual({
      b: expect.closeTo(1, 5),
    });
  });

  test('what is under way counts as time to wait', () => {
    const routes = [route('a', 1, { ewmaMs: 100, inFlight: 4 }), route('b', 1, { ewmaMs: 200 })];
    expect(names(balanced(routes, 'latency', context()))).toBe('ba');
  });

  test('an unmeasured route is tried', () => {
    expect(names(balanced([route('a', 1, { ewmaMs: 1 }), route('b')], 'latency', context()))).toBe('ba');
  });

  test('the slowest of three never comes first, the others both do', () => {
    const routes = [route('a', 1, { ewmaMs: 10 }), route('b', 1, { ewmaMs: 20 }), route('c', 1, { ewmaMs: 30 })];
    const { a = 0, b = 0, c } = shares(routes, 'latency');
    expect(c).toBeUndefined();
    expect(a).toBeCloseTo(2 / 3, 1);
    expect(b).toBeCloseTo(1 / 3, 1);
  });
});

describe('session', () => {
  const routes = ['a', 'b', 'c', 'd'].map((name) => route(name));

  function place(conversation: string, among: readonly Route[]): string {
    return names(balanced(among, 'session', context(conversation))).charAt(0);
  }

  test('a conversation stays where it is', () => {
    for (let i = 0; i < 50; i++) expect(place(`talk ${i}`, routes)).toBe(place(`talk ${i}`, routes.toReversed()));
  });

  test('a route that goes moves only its own conversations', () => {
    const without = routes.filter(({ backend }) => backend.name !== 'b');
    for (let i = 0; i < 500; i++) {
      const before = place(`talk ${i}`, routes);
      if (before !== 'b') expect(place(`talk ${i}`, without)).toBe(before);
    }
  });
});

// Requests, attempts, streams, cancels, windows and reloads in any order, held against a model: no budget is ever spent
// beyond its limit, one step for each stream under way and one other answer, and in the end nothing is held.
import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { exchangeOf } from '../../../test/kit/exchange.ts';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import type { Context } from '../../context.ts';
import { Attempt } from '../../core/attempt.ts';
import { MODEL } from '../../core/endpoint-row.ts';
import type { Exchange } from '../../core/exchange.ts';
import { transportFailure } from '../../core/failure.ts';
import type { AttemptRecord } from '../../core/record.ts';
import { Refusal } from '../../core/refusal.ts';
import { attempt as attemptRecord, record } from '../../records/record.fixture.ts';
import { findAlias } from '../../routing/aliases.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { budgetSpec, consumption, pricerOf, withBody } from './budgets.fixture.ts';
import { BudgetBook } from './budget-book.ts';
import type { Budget } from './budget.ts';
import { Expectation } from './expectation.ts';
import { Hold, STEP_TOKENS } from './hold.ts';
import { HoldContext } from './hold-context.ts';
import { budgetPolicy } from './policy.ts';
import { mostWritten, UNKNOWN_MOST } from './most-output.ts';
import { nanoUsdOf } from './pricer.ts';
import { sizeOf } from './request-size.ts';

const PRICES = {
  cheap: { input: 1_000_000, output: 4_000_000 },
  dear: { input: 10_000_000, output: 40_000_000 },
};
const HOUR = 3_600_000;

const CONFIG = configOf(
  {
    backends: [{ name: 'a', url: 'demo:' }],
    models: {
      one: {
        routes: [
          { backend: 'a', model: 'cheap' },
          { backend: 'a', model: 'dear', priority: 2 },
        ],
      },
      two: { routes: [{ backend: 'a', model: 'cheap' }] },
    },
  },
  '127.0.0.1:0',
);

type Op =
  | {
      readonly do: 'come';
      readonly alias: 'one' | 'two';
      readonly chars: number;
      readonly max: number | undefined;
      readonly stream: boolean;
    }
  | { readonly do: 'try'; readonly at: number; readonly route: number }
  | { readonly do: 'grow'; readonly at: number; readonly tokens: number; readonly times: number }
  | { readonly do: 'fail'; readonly at: number }
  | { readonly do: 'end'; readonly at: number; readonly share: number }
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'reload'; readonly mode: 'hard' | 'soft'; readonly factor: number };

/** One request under way. */
interface UnderWay {
  readonly exchange: Exchange;
  readonly hold: Hold;
  readonly attempts: { readonly attempt: Attempt; output: number; refused: boolean }[];
  /** A hard budget has nothing left for its stream. */
  isCut: boolean;
}

const at = fc.nat(20);
const ops = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Op>[]>(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('come' as const),
        alias: fc.constantFrom('one', 'one', 'two'),
        chars: fc.integer({ min: 0, max: 4000 }),
        max: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
        stream: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('try' as const), at, route: fc.nat(1) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('grow' as const),
        at,
        tokens: fc.integer({ min: 1, max: STEP_TOKENS }),
        times: fc.integer({ min: 1, max: 40 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), at }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('end' as const), at, share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.constantFrom(1, 1, -3, 24) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('reload' as const),
        mode: fc.constantFrom('hard', 'hard', 'hard', 'soft'),
        factor: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { minLength: 20, maxLength: 150, size: 'max' },
);

/** The wall clock can be set; the other goes on. */
class SettableClock extends FakeClock {
  offsetMs = 0;
  override readonly wallNow = (): number => Date.UTC(2026, 0, 1) + this.now() + this.offsetMs;
}

class World {
  readonly clock = new SettableClock();
  readonly book = new BudgetBook();
  readonly #live = new LiveBackends(() => true);
  readonly snapshot = buildSnapshot(CONFIG, { live: this.#live, env: {}, prompts: undefined, policies: [] });
  readonly tools = {
    book: this.book,
    expectation: new Expectation(),
    pricerOf: () => pricerOf(PRICES),
    clock: this.clock,
    onSpent: () => undefined,
  };
  readonly policy = budgetPolicy(this.tools);
  readonly underWay: UnderWay[] = [];
  /** What was spent, by the model: budget and window → amount. */
  readonly spent = new Map<string, bigint>();
  mostUnderWay = 0;
  /** It was soft for a while: then there is no bound. */
  wasSoft = false;
  factor = 1;

  constructor(private readonly limits: { readonly usd: string; readonly tokens: number; readonly requests: number }) {
    this.reload('hard', 1);
  }

  reload(mode: 'hard' | 'soft', factor: number): void {
    this.factor = Math.max(this.factor, factor);
    if (mode === 'soft') this.wasSoft = true;
    const { usd, tokens, requests } = this.limits;
    const times = (amount: number) => amount * this.factor;
    this.book.configure({
      matched: [
        { ...budgetSpec({ usd: times(Number(usd)).toFixed(4), per: 'day', mode }), name: 'money', match: {} },
        {
          ...budgetSpec({ requests: times(requests), per: 'hour', zone: 'Asia/Kolkata', mode }),
          name: 'calls',
          match: {},
        },
      ],
      owners: [],
      aliases: [
        { name: 'one', budgets: [budgetSpec({ tokens: times(tokens), per: 'day', mode })], tokensPerMinute: 100_000 },
      ],
    });
  }

  come({ alias, chars, max, stream }: Extract<Op, { do: 'come' }>): void {
    const exchange = exchangeOf(this.clock);
    exchange.stream = stream;
    exchange.asked = findAlias(this.snapshot, alias);
    exchange.endpoint = {
      ...MODEL,
      methods: ['POST'],
      protocol: 'openai-chat',
      operation: 'generate',
      target: '/chat/completions',
      conversation: true,
      answersJson: true,
    };
    withBody(exchange, { messages: [{ role: 'user', content: 'x '.repeat(chars / 2) }], max_tokens: max });
    const admission = admitted(() => this.policy.admit(exchange, { snapshot: this.snapshot } as unknown as Context));
    if (!(admission instanceof Hold)) return;
    exchange.leases.add(admission);
    this.underWay.push({ exchange, hold: admission, attempts: [], isCut: false });
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay.length);
  }

  try(one: UnderWay, route: number): void {
    const { exchange, hold } = one;
    const last = one.attempts.at(-1);
    if (last !== undefined && !last.attempt.ended) return;
    const tier = exchange.asked?.alias.tiers[route] ?? exchange.asked?.alias.tiers[0];
    const chosen = tier?.[0];
    if (chosen === undefined) return;
    const attempt = new Attempt(exchange, chosen, exchange.asked, this.clock);
    const refused = hold.begins(attempt) !== undefined;
    if (refused) attempt.end({ failure: transportFailure('over_budget') });
    else attempt.begin(undefined);
    one.attempts.push({ attempt, output: 0, refused });
  }

  grow(one: UnderWay, tokens: number): void {
    const last = one.attempts.at(-1);
    if (last === undefined || last.attempt.ended || one.isCut || !one.exchange.stream) return;
    last.output += tokens;
    one.isCut = one.hold.grew(last.attempt, last.output) !== undefined;
  }

  /** It is over: `share` of the input that was expected was used. */
  end(one: UnderWay, share: number): void {
    this.underWay.splice(this.underWay.indexOf(one), 1);
    const { exchange, hold } = one;
    const { expected } = new HoldContext(exchange, this.tools, this.snapshot).planFor(exchange.asked, undefined);
    const sent = one.attempts.filter(({ refused }) => !refused);
    const last = sent.at(-1);
    // What comes in one piece may be as much as is allowed, whatever is usual.
    if (last !== undefined && !exchange.stream && !last.attempt.ended)
      last.output = Math.round(mostWritten(last.attempt.route.model, sizeOf(exchange)) * share);
    const tries = sent.map(({ attempt, output }): AttemptRecord => {
      const { model } = attempt.route;
      if (!attempt.ended) attempt.end({ status: 200 });
      const failure = attempt.failure?.kind;
      if (failure !== undefined && output === 0)
        return attemptRecord({ model, aliasLabel: attempt.route.alias.name, failure });
      const input = Math.floor(expected.input * share);
      const nanoUsd = nanoUsdOf(PRICES[model as keyof typeof PRICES], input, output);
      return attemptRecord({
        model,
        aliasLabel: attempt.route.alias.name,
        failure,
        usage: consumption(input, output),
        cost: { nanoUsd, source: 'config', rates: {} },
      });
    });
    const settled = record({ tries, attempts: sent.length, status: sent.length === 0 ? 429 : 200 });
    const charges = hold.charges(settled);
    exchange.leases.settle(settled, (error) => {
      throw error;
    });
    for (const { budget, window, amount } of charges) {
      const key = `${budget} ${window}`;
      this.spent.set(key, (this.spent.get(key) ?? 0n) + BigInt(amount));
    }
  }

  /** Every budget has what the model has, and is within its bound. */
  check(): void {
    for (const budget of this.book.configured()) {
      const counter = budget.counterAt(this.clock.wallNow());
      expect(counter.spent).toBe(this.spent.get(`${budget.rule.id} ${counter.start}`) ?? 0n);
      expect(counter.held).toBeGreaterThanOrEqual(0n);
      if (!this.wasSoft) expect(counter.spent).toBeLessThanOrEqual(this.boundOf(budget));
    }
  }

  /** docs/budgets.md: the limit, one step for each stream that was under way, and one answer in one piece at its dearest. */
  boundOf({ rule: { unit, limit } }: Budget): bigint {
    if (unit === 'requests') return limit;
    const amount = (output: number) => (unit === 'tokens' ? output : nanoUsdOf(PRICES.dear, 0, output));
    return limit + BigInt(this.mostUnderWay * amount(STEP_TOKENS) + amount(UNKNOWN_MOST));
  }
}

function admitted(admit: () => unknown): unknown {
  try {
    return admit();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

test('whatever comes in whatever order, no budget is spent beyond its bound, and nothing stays held', () => {
  const limits = fc.record({
    usd: fc.constantFrom('0', '0.0001', '0.02', '0.5', '3'),
    tokens: fc.constantFrom(0, 50, 5000, 40_000),
    requests: fc.constantFrom(0, 3, 25),
  });
  fc.assert(
    fc.property(limits, ops, (limit, steps) => {
      const world = new World(limit);
      for (const step of steps) {
        const one = 'at' in step ? world.underWay[step.at % Math.max(1, world.underWay.length)] : undefined;
        if (step.do === 'come') world.come(step);
        else if (step.do === 'wait') {
          if (step.hours > 0) world.clock.advance(step.hours * HOUR);
          else world.clock.offsetMs += step.hours * HOUR;
        } else if (step.do === 'reload') world.reload(step.mode, step.factor);
        else if (one !== undefined) {
          if (step.do === 'try') world.try(one, step.route);
          else if (step.do === 'grow') for (let n = 0; n < step.times; n++) world.grow(one, step.tokens);
          else if (step.do === 'fail')
            one.attempts.at(-1)?.attempt.end({ failure: transportFailure('connection_reset') });
          else world.end(one, step.share);
        }
        world.check();
      }
      for (let one = world.underWay[0]; one !== undefined; one = world.underWay[0]) world.end(one, 1);
      world.check();
      for (const budget of world.book.all()) {
        expect(budget.holds).toBe(0);
        expect(budget.counterAt(world.clock.wallNow()).held).toBe(0n);
      }
    }),
    { numRuns: 200 },
  );
});

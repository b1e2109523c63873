import { describe, expect, test } from 'bun:test';
import { exchangeOf } from '../../../test/kit/exchange.ts';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import type { Context } from '../../context.ts';
import { AdmissionLease } from '../../core/admission-lease.ts';
import type { BudgetSpec } from '../../core/budget-spec.ts';
import { MODEL } from '../../core/endpoint-row.ts';
import type { Endpoint, Exchange } from '../../core/exchange.ts';
import { Refusal } from '../../core/refusal.ts';
import { findAlias } from '../../routing/aliases.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { BudgetBook } from './budget-book.ts';
import { budgetSpec, pricerOf, withBody } from './budgets.fixture.ts';
import { Expectation } from './expectation.ts';
import { budgetPolicy } from './policy.ts';

const PRICES = {
  free: { input: 0, output: 0 },
  cheap: { input: 1_000_000, output: 1_000_000 },
  dear: { input: 2_000_000, output: 50_000_000 },
};

const CONFIG = configOf(
  {
    backends: [{ name: 'a', url: 'demo:' }],
    models: {
      both: { routes: ['cheap', 'dear', 'unknown'].map((model) => ({ backend: 'a', model })) },
      free: { routes: [{ backend: 'a', model: 'free' }] },
      one: { routes: [{ backend: 'a', model: 'dear' }] },
    },
  },
  '127.0.0.1:0',
);

const CHAT: Endpoint = {
  ...MODEL,
  methods: ['POST'],
  protocol: 'openai-chat',
  operation: 'generate',
  target: '/chat/completions',
  conversation: true,
  answersJson: true,
};

/** A policy with one budget of all requests. */
function policyOf(spec: Partial<BudgetSpec> & Pick<BudgetSpec, 'per'>) {
  const clock = new FakeClock();
  const book = new BudgetBook();
  const expectation = new Expectation();
  const holds: AdmissionLease[] = [];
  book.configure({ matched: [{ ...budgetSpec(spec), name: 'all', match: {} }], aliases: [], owners: [] });
  const live = new LiveBackends(() => true);
  const snapshot = buildSnapshot(CONFIG, { live, env: {}, prompts: undefined, policies: [] });
  const policy = budgetPolicy({
    book,
    expectation,
    pricerOf: () => pricerOf(PRICES),
    clock,
    onSpent: () => undefined,
  });
  const context = { snapshot } as unknown as Context;
  const [budget] = book.configured();
  const counter = budget?.counterAt(clock.wallNow());
  if (counter === undefined) throw new Error('there is a budget');
  const outcomeOf = (act: () => unknown): Refusal | string | undefined => {
    try {
      const lease = act();
      if (lease instanceof AdmissionLease) holds.push(lease);
      return lease === undefined ? undefined : 'held';
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  };
  const admits = (exchange: Exchange) => outcomeOf(() => policy.admit(exchange, context));
  const checks = (exchange: Exchange) => outcomeOf(() => policy.check?.(exchange, context));
  const ask = (
    alias: string | undefined,
    changes: Partial<Exchange> = {},
    fields: Record<string, unknown> = { max_tokens: 100 },
  ): Exchange =>
    Object.assign(withBody(exchangeOf(clock), fields), {
      asked: alias === undefined ? undefined : findAlias(snapshot, alias),
      endpoint: CHAT,
      ...changes,
    });
  return {
    book,
    counter,
    expectation,
    holds,
    admits,
    checks,
    admit: (exchange: Exchange) => codeOf(admits(exchange)),
    check: (exchange: Exchange) => codeOf(checks(exchange)),
    ask,
  };
}

function codeOf(outcome: Refusal | string | undefined): string | undefined {
  return outcome instanceof Refusal ? outcome.code : outcome;
}

/** Something that is passed through as it is. */
const THROUGH = { ...CHAT, handler: 'passthrough', through: { api: 'openai' } } as unknown as Endpoint;

describe('an answer in one piece', () => {
  test('is held for at its dearest, whatever its caller has taught; where that is not there, one goes at a time', () => {
    const { counter, expectation, admit, ask, holds } = policyOf({ usd: '10', per: 'day' });
    for (let n = 0; n < 20; n++)
      expectation.learn('anonymous', 'one', { input: 0, mostOutput: Infinity, choices: 1 }, { input: 10, output: 1 });
    // 40,000 tokens of 50 millionths of a USD each.
    const dear = () => ask('one', {}, { max_tokens: 40_000 });
    expect(Array.from({ length: 60 }, () => admit(dear()))).toEqual([
      ...Array.from({ length: 5 }, () => 'held'),
      ...Array.from({ length: 55 }, () => 'budget_exceeded'),
    ]);
    expect(counter.held).toBeGreaterThan(8_000_000_000n);
    expect(counter.held).toBeLessThanOrEqual(10_000_000_000n);
    // What does fit, and streams, are not held up by the one that may cost more than is left.
    expect(admit(ask('one', {}, { max_tokens: 100 }))).toBe('held');
    expect(admit(ask('one', { stream: true }, {}))).toBe('held');
    holds[4]?.settle(undefined);
    expect([admit(dear()), admit(dear())]).toEqual(['held', 'budget_exceeded']);
  });

  test('is not refused for what it may cost where its budget is small', () => {
    const { counter, admit, ask } = policyOf({ usd: '0.1', per: 'day' });
    expect(admit(ask('one', {}, {}))).toBe('held');
    // What is expected: a thousand tokens, 0.05 USD; it may be 32,768.
    expect(counter.held).toBe(BigInt((10 * 2_000_000 + 1000 * 50_000_000) / 1000));
  });
});

describe('the policy of budgets', () => {
  test('names the budget that begins anew last, of those that are used up', () => {
    const { book, admits, checks, ask } = policyOf({ requests: 0, per: 'hour' });
    const of = (name: string, per: 'hour' | 'year') => ({ ...budgetSpec({ requests: 0, per }), name, match: {} });
    for (const matched of [
      [of('hour', 'hour'), of('year', 'year')],
      [of('year', 'year'), of('hour', 'hour')],
    ]) {
      book.configure({ matched, aliases: [], owners: [] });
      for (const refusal of [admits(ask('one')), checks(ask('one'))]) {
        if (!(refusal instanceof Refusal)) throw new Error('it is refused');
        expect(refusal.message).toContain('all/year');
        expect(Number(refusal.details.headers?.['retry-after'])).toBeGreaterThan(24 * 3600);
      }
    }
  });

  test('holds at the price of the dearest route that has one', () => {
    const { counter, admit, ask } = policyOf({ usd: '1', per: 'day' });
    expect(admit(ask('both'))).toBe('held');
    // 10 tokens around no text, and 100 of output.
    expect(counter.held).toBe(BigInt((10 * 2_000_000 + 100 * 50_000_000) / 1000));
  });

  test('lets what costs nothing pass only while something is left', () => {
    const { counter, admit, ask } = policyOf({ usd: '1', per: 'day' });
    expect(admit(ask('free'))).toBe('held');
    expect(counter.held).toBe(0n);
    counter.settle(0, 1_000_000_000);
    expect(admit(ask('free'))).toBe('budget_exceeded');
  });

  test('counts no looking and no counting, and refuses neither, however large', () => {
    const { admit, check, ask } = policyOf({ requests: 0, per: 'day' });
    const count = ask('both', { endpoint: { ...CHAT, operation: 'count_tokens' } });
    expect([check(count), admit(count)]).toEqual([undefined, undefined]);
    const reads = ask(undefined, { endpoint: THROUGH });
    Object.defineProperty(reads, 'method', { value: 'GET' });
    expect([check(reads), admit(reads)]).toEqual([undefined, undefined]);
    expect(admit(ask(undefined))).toBeUndefined();
    expect(check(ask('both'))).toBe('budget_exceeded');
  });

  test('counts what is passed through, and lets it pass a budget in USD only where that lets unpriced models pass', () => {
    const through = { endpoint: THROUGH };
    const calls = policyOf({ requests: 1, per: 'day' });
    expect([calls.admit(calls.ask(undefined, through)), calls.admit(calls.ask(undefined, through))]).toEqual([
      'held',
      'budget_exceeded',
    ]);
    const strict = policyOf({ usd: '1', per: 'day' });
    expect(strict.admit(strict.ask(undefined, through))).toBe('unpriced_model');
    const loose = policyOf({ usd: '1', per: 'day', unpriced: 'allow' });
    expect(loose.admit(loose.ask(undefined, through))).toBe('held');
  });

  test('does not send elsewhere what only one backend can answer', () => {
    const { admit, ask } = policyOf({ requests: 0, per: 'day', on_exceeded: { fallback: ['free'] } });
    expect(admit(ask('both', { pinned: 'a' }))).toBe('budget_exceeded');
    const other = ask('both');
    expect(admit(other)).toBe('held');
    expect(other.asked?.name).toBe('free');
  });
});

// The worked example of docs/budgets.md, number by number.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exchangeOf } from '../../../test/kit/exchange.ts';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import type { Context } from '../../context.ts';
import { Attempt } from '../../core/attempt.ts';
import { attempt as attemptRecord, record } from '../../records/record.fixture.ts';
import { findAlias } from '../../routing/aliases.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { formatUsd } from '../../lib/usd.ts';
import { BudgetBook } from './budget-book.ts';
import { budgetSpec, consumption, withBody } from './budgets.fixture.ts';
import { Expectation } from './expectation.ts';
import { Hold } from './hold.ts';
import { budgetPolicy } from './policy.ts';
import { TablePricer } from './table-pricer.ts';

test('the worked example of the documentation is what happens', () => {
  const config = configOf(
    {
      backends: [{ name: 'openai', url: 'demo:' }],
      models: { writer: { routes: [{ backend: 'openai', model: 'm' }] } },
      prices: { 'openai/m': { input: 2.5, output: 10 } },
    },
    '127.0.0.1:0',
  );
  const clock = new FakeClock();
  const snapshot = buildSnapshot(config, {
    live: new LiveBackends(() => true),
    env: {},
    prompts: undefined,
    policies: [],
  });
  const book = new BudgetBook();
  book.configure({
    matched: [{ ...budgetSpec({ usd: '1', per: 'day' }), name: 'example', match: {} }],
    aliases: [],
    owners: [],
  });
  const policy = budgetPolicy({
    book,
    expectation: new Expectation(),
    pricerOf: ({ prices }) => new TablePricer(prices, clock.wallNow),
    clock,
    onSpent: () => undefined,
  });
  const exchange = exchangeOf(clock);
  exchange.stream = true;
  exchange.asked = findAlias(snapshot, 'writer');
  withBody(exchange, { messages: [{ role: 'user', content: 'word '.repeat(357) }] });
  const hold = policy.admit(exchange, { snapshot } as unknown as Context);
  if (!(hold instanceof Hold)) throw new Error('it is let in');
  exchange.leases.add(hold);

  const page = readFileSync(join(import.meta.dir, '../../../docs/budgets.md'), 'utf8');
  const [budget] = book.configured();
  const counter = budget?.counterAt(clock.wallNow());
  const says = (nano: bigint | number | undefined): void => expect(page).toContain(`${formatUsd(nano ?? -1)} USD`);

  expect(exchange.estimatedInput).toBe(450);
  expect(counter?.held).toBe(11_525_000n);
  says(counter?.held);

  const route = exchange.asked?.alias.tiers[0]?.[0];
  if (route === undefined) throw new Error('it has a route');
  const attempt = new Attempt(exchange, route, exchange.asked, clock);
  expect(hold.begins(attempt)).toBeUndefined();
  attempt.begin(undefined);
  expect(hold.grew(attempt, 1000)).toBeUndefined();
  expect(counter?.held).toBe(11_525_000n);
  expect(hold.grew(attempt, 1001)).toBeUndefined();
  expect(counter?.held).toBe(14_095_000n);
  says(counter?.held);

  attempt.end({ status: 200 });
  const usage = consumption(432, 1180);
  const cost = snapshot.prices.priceAttempt({ backend: 'openai', model: 'm' }, usage, clock.wallNow());
  exchange.leases.settle(record({ tries: [attemptRecord({ usage, cost })] }), (error) => {
    throw error;
  });
  expect(counter?.spent).toBe(12_880_000n);
  expect(counter?.held).toBe(0n);
  says(counter?.spent);
});

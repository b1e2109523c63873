import { describe, expect, test } from 'bun:test';
import { priceRule } from './configured-price.ts';
import type { ConfiguredPrice } from './configured-price.ts';
import { PriceBook } from './price-book.ts';
import { PriceRules } from './price-rules.ts';
import { PriceTable } from './price-table.ts';
import { consumption } from './pricing.fixture.ts';
import { readTable } from './table-format.ts';

const TABLE = new PriceTable(
  readTable(
    JSON.stringify({
      format: 1,
      date: '2026-11-30',
      sources: [],
      vendors: {
        openai: { tools: { web_search: 10_000_000 }, models: { 'gpt-5': [1000], 'gpt-5-2025-10-01': [900] } },
        azure: { models: { 'gpt-5': [1000], 'eu/gpt-5': [1100] } },
        bedrock: { models: { 'claude-x-20250101': [3300], 'global.claude-x-20250101': [3000] } },
      },
    }),
  ),
);

const BACKENDS = [
  { name: 'openai', vendor: 'openai', multiplier: undefined },
  { name: 'west', vendor: 'azure', multiplier: 850_000 },
  { name: 'aws', vendor: 'bedrock', multiplier: undefined },
  { name: 'own', vendor: undefined, multiplier: undefined },
  { name: 'router', vendor: 'openrouter', multiplier: undefined, statesCost: true },
].map((backend) => ({ statesCost: false, ...backend }));

function book(prices: Readonly<Record<string, ConfiguredPrice>> = {}, table = () => TABLE): PriceBook {
  return new PriceBook(
    BACKENDS,
    new PriceRules(Object.entries(prices).map(([pattern, price]) => priceRule(pattern, price))),
    table,
  );
}

function nano(from: PriceBook, backend: string, model: string, reportedModel?: string): number | undefined {
  return from.priceAttempt({ backend, model, reportedModel }, consumption({ input: 1000 }), Date.now())?.nanoUsd;
}

describe('the price of an attempt', () => {
  test('is that of the vendor and the model, a snapshot being one', () => {
    expect(nano(book(), 'openai', 'gpt-5')).toBe(1000);
    expect(nano(book(), 'openai', 'gpt-5-2025-08-07')).toBe(1000);
    expect(nano(book(), 'openai', 'gpt-5-2025-10-01')).toBe(900);
  });

  test('goes by the model that the answer names, where that is more exact', () => {
    expect(nano(book(), 'openai', 'gpt-5', 'gpt-5-2025-10-01')).toBe(900);
    expect(nano(book(), 'openai', 'gpt-5-2025-10-01', 'gpt-5')).toBe(900);
    expect(nano(book(), 'west', 'our-deployment', 'gpt-5-2025-08-07')).toBe(850);
    expect(nano(book(), 'openai', 'gpt-5', 'something')).toBe(1000);
    const [eu, world] = ['eu.anthropic.claude-x-20250101-v1:0', 'global.anthropic.claude-x-20250101-v1:0'];
    expect(nano(book(), 'aws', eu, 'claude-x-20250101')).toBe(3300);
    expect(nano(book(), 'aws', world, 'claude-x-20250101')).toBe(3000);
  });

  test('is unknown for a model, a backend or a vendor that no table has', () => {
    expect(nano(book(), 'openai', 'gpt-99')).toBeUndefined();
    expect(nano(book(), 'own', 'gpt-5')).toBeUndefined();
    expect(nano(book(), 'nobody', 'gpt-5')).toBeUndefined();
    expect(nano(book(), 'openai', 'constructor')).toBeUndefined();
  });

  test('a local backend has one if the config says so, and 0 is one', () => {
    const own = book({ 'own/*': { input: '0', output: '0' } });
    expect(nano(own, 'own', 'llama')).toBe(0);
  });

  test('the config counts before the table, and its prices are not multiplied', () => {
    const own = book({ 'azure/gpt-5': { input: '0.5' } });
    expect(nano(own, 'west', 'gpt-5')).toBe(500_000);
    expect(nano(own, 'west', 'eu/gpt-5')).toBe(935);
    expect(own.priceAttempt({ backend: 'west', model: 'gpt-5' }, consumption({ input: 1 }), 0)?.source).toBe('config');
  });

  test('the more exact of the rules for what was sent and what was reported counts', () => {
    const own = book({ 'openai/*': { input: '1' }, 'openai/gpt-5-2025-10-01': { input: '2' } });
    expect(nano(own, 'openai', 'gpt-5', 'gpt-5-2025-10-01')).toBe(2_000_000);
    expect(nano(own, 'openai', 'gpt-5-2025-10-01', 'gpt-5')).toBe(2_000_000);
    expect(nano(own, 'openai', 'gpt-5', 'gpt-5')).toBe(1_000_000);
  });

  test('`like` takes the price of another entry', () => {
    const own = book({ 'west/ours': { like: 'azure/eu/gpt-5' }, 'own/mine': { like: 'azure/nothing' } });
    expect(nano(own, 'west', 'ours')).toBe(935);
    expect(nano(own, 'own', 'mine')).toBeUndefined();
  });

  test('what the provider states is taken without any table', () => {
    const broken = book({}, () => {
      throw new Error('read');
    });
    const used = consumption({ input: 5, statedNanoUsd: 42 });
    expect(broken.priceAttempt({ backend: 'router', model: 'gpt-5' }, used, 0)?.nanoUsd).toBe(42);
  });

  test('what anybody else calls a cost is in no known currency, and does not count', () => {
    const used = consumption({ input: 5, statedNanoUsd: 42 });
    expect(book({}).priceAttempt({ backend: 'openai', model: 'gpt-5' }, used, 0)).toMatchObject({
      source: 'table',
      nanoUsd: 5,
    });
    expect(book({}).priceAttempt({ backend: 'own', model: 'gpt-5' }, used, 0)).toBeNull();
  });

  test('the table is read when it is needed, and a price is looked up once', () => {
    let reads = 0;
    const counted = book({}, () => {
      reads++;
      return TABLE;
    });
    expect(reads).toBe(0);
    for (let at = 0; at < 5; at++) nano(counted, 'openai', 'gpt-5', 'gpt-5-2025-10-01');
    expect(reads).toBe(1);
    for (let at = 0; at < 5; at++) nano(counted, 'openai', 'gpt-99');
    expect(reads).toBe(2);
  });
});

describe('a configured price', () => {
  const at = (price: ConfiguredPrice, used: Parameters<typeof consumption>[0], time = Date.now()) =>
    book({ 'own/m': price }).priceAttempt({ backend: 'own', model: 'm' }, consumption(used), time)?.nanoUsd;

  test('is in USD per million tokens, exactly', () => {
    expect(at({ input: '0.07' }, { input: 100 })).toBe(7000);
    expect(at({ input: '0.000001' }, { input: 500 })).toBe(1);
    expect(at({ input: '1', cache_write: '1.25', cache_write_1h: '2' }, { cacheWrite5m: 4, cacheWrite1h: 1 })).toBe(
      7000,
    );
    expect(at({ audio_input: '32', image_output: '40' }, { audioIn: 1, imageOut: 1 })).toBe(72_000);
  });

  test('has tiers as factors, long input, fees, tools, and changes', () => {
    const price: ConfiguredPrice = {
      input: '1',
      output: '5',
      above: [{ tokens: 10, input: '2', output: '7' }],
      batch: '0.5',
      priority: '2.5',
      per_request: '0.005',
      tools: { web_search: '0.01' },
      from: '2026-01-01',
      changes: [{ from: '2026-06-01', input: '3' }],
    };
    const may = Date.parse('2026-05-01');
    const fee = 5_000_000;
    expect(at(price, { input: 10, output: 1 }, may)).toBe(fee + 15_000);
    expect(at(price, { input: 11, output: 1 }, may)).toBe(fee + 29_000);
    expect(at(price, { input: 10, tier: 'batch' }, may)).toBe(fee + 5000);
    expect(at(price, { input: 11, tier: 'priority' }, may)).toBe(fee + 55_000);
    expect(at(price, { serverTools: { web_search: 2 } }, may)).toBe(fee + 20_000_000);
    expect(at(price, { input: 1 }, Date.parse('2025-12-31'))).toBeUndefined();
    expect(at(price, { input: 11 }, Date.parse('2026-06-01'))).toBe(33_000);
  });
});

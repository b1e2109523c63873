import { describe, expect, test } from 'bun:test';
import { VENDORS } from '../vendors/vendors.ts';
import { costOf } from './cost-of.ts';
import { builtInTable } from './price-table.ts';
import { SERVICE_TIERS } from './price.ts';
import type { Price } from './price.ts';
import { consumption } from './pricing.fixture.ts';
import { checkTable, readTable, TableError } from './table-format.ts';
import text from './table.json' with { type: 'text' };

const table = builtInTable();

/** Local servers have no prices, and one vendor's page has them in yuan alone. */
const UNPRICED = ['siliconflow', 'ollama', 'vllm', 'lmstudio'];

describe('the built-in table', () => {
  test('is valid, entry by entry, and names its sources with their dates', () => {
    checkTable(readTable(text as unknown as string));
    expect(table.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(table.sources.length).toBeGreaterThanOrEqual(3);
    for (const { name, version, date } of table.sources)
      expect([name, version, date].every((each) => each.length > 3)).toBe(true);
  });

  test('has every vendor but those that publish nothing', () => {
    const priced = VENDORS.map(({ name }) => name).filter((name) => !UNPRICED.includes(name));
    expect(table.vendors.toSorted()).toEqual(priced.toSorted());
    for (const vendor of UNPRICED) expect(table.find(vendor, 'gpt-oss-120b')).toBeUndefined();
  });

  // In pico-USD per token: USD per million tokens times a million. As the sources of the table have it; the page is the
  // vendor's that they name. Those of Anthropic and DeepSeek were read themselves, in November 2026.
  test.each([
    // https://developers.openai.com/api/docs/pricing
    ['openai', 'gpt-5-2025-08-07', { input: 1_250_000, cacheRead: 125_000, output: 10_000_000 }],
    ['openai', 'text-embedding-3-small', { input: 20_000, output: 0 }],
    // https://azure.microsoft.com/pricing/details/azure-openai
    ['azure', 'gpt-5', { input: 1_250_000, cacheRead: 125_000, output: 10_000_000 }],
    // https://platform.claude.com/docs/en/about-claude/pricing
    [
      'anthropic',
      'claude-opus-5',
      { input: 5_000_000, cacheRead: 500_000, cacheWrite5m: 6_250_000, cacheWrite1h: 10_000_000, output: 25_000_000 },
    ],
    // https://ai.google.dev/gemini-api/docs/pricing
    ['gemini', 'models/gemini-2.5-pro', { input: 1_250_000, cacheRead: 125_000, output: 10_000_000 }],
    ['vertex', 'claude-sonnet-4-5@20250929', { input: 3_000_000, cacheRead: 300_000, output: 15_000_000 }],
    // https://aws.amazon.com/bedrock/pricing: a region costs 10 % more than all of them.
    ['bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', { input: 3_300_000, output: 16_500_000 }],
    ['bedrock', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', { input: 3_000_000, output: 15_000_000 }],
    // https://docs.mistral.ai/models/mistral-large-3-25-12
    ['mistral', 'mistral-large-2512', { input: 500_000, cacheRead: 50_000, output: 1_500_000 }],
    // https://groq.com/pricing
    ['groq', 'openai/gpt-oss-120b', { input: 150_000, output: 600_000 }],
    // https://api-docs.deepseek.com/quick_start/pricing
    ['deepseek', 'deepseek-flash', { input: 300_000, cacheRead: 6000, output: 1_200_000 }],
    ['deepseek', 'deepseek-v4-pro', { input: 1_320_000, cacheRead: 44_000, output: 3_960_000 }],
    // https://docs.x.ai/developers/models
    ['xai', 'grok-4.3', { input: 1_250_000, cacheRead: 200_000, output: 2_500_000 }],
    // https://cohere.com/pricing
    ['cohere', 'command-a-03-2025', { input: 2_500_000, output: 10_000_000 }],
    // https://www.together.ai/pricing
    ['together', 'deepseek-ai/DeepSeek-V3', { input: 1_250_000, output: 1_250_000 }],
    // https://fireworks.ai/pricing
    ['fireworks', 'accounts/fireworks/models/gpt-oss-120b', { input: 150_000, output: 600_000 }],
    // https://inference-docs.cerebras.ai/models/openai-oss
    ['cerebras', 'gpt-oss-120b', { input: 350_000, output: 750_000 }],
    // https://docs.perplexity.ai/docs/agent-api/models
    ['perplexity', 'sonar', { input: 250_000, cacheRead: 62_500, output: 2_500_000 }],
    // https://platform.kimi.ai/docs/pricing/chat
    ['moonshot', 'kimi-k3', { input: 3_000_000, cacheRead: 300_000, output: 15_000_000 }],
    // https://docs.z.ai/guides/overview/pricing
    ['zhipu', 'glm-5', { input: 1_000_000, cacheRead: 200_000, output: 3_200_000 }],
    // https://www.alibabacloud.com/help/en/model-studio/model-pricing
    ['qwen', 'qwen3-max', { input: 1_200_000, output: 6_000_000 }],
    // https://platform.minimax.io/docs/guides/pricing
    ['minimax', 'MiniMax-M3', { input: 300_000, cacheRead: 60_000, output: 1_200_000 }],
    // https://openrouter.ai/aion-labs/aion-3.0
    ['openrouter', 'aion-labs/aion-3.0', { input: 3_000_000, output: 6_000_000 }],
  ])('%s: %s', (vendor, model, rates) => {
    expect(table.find(vendor, model)?.periods[0]?.standard.rates).toMatchObject(rates);
  });

  test('has no zero where something is charged, and no rate that a slip of the point would make', () => {
    const { vendors } = readTable(text as unknown as string);
    for (const [vendor, { models }] of Object.entries(vendors)) {
      for (const model of Object.keys(models)) {
        for (const price of table.find(vendor, model)?.periods ?? []) expect(oddities(price)).toEqual([]);
      }
    }
  });

  test('every model of it costs something', () => {
    const { vendors } = readTable(text as unknown as string);
    const units = { image: 1, second: 1, character: 1, search: 1, page: 1 };
    for (const [vendor, { models }] of Object.entries(vendors)) {
      for (const model of Object.keys(models)) {
        const found = table.find(vendor, model);
        const rates = found?.periods[0]?.standard.rates ?? {};
        const used = Object.fromEntries(Object.keys(rates).map((name) => [name, 1_000_000]));
        const cost = found && costOf(consumption({ ...used, units }), { source: 'table', ...found }, Date.now());
        expect(cost?.nanoUsd ?? `${vendor}/${model} is unpriced`).toBeGreaterThan(0);
      }
    }
  });
});

/** Rates that cannot be right. */
function oddities({ standard, tiers }: Price): string[] {
  const scales = [standard, ...SERVICE_TIERS.flatMap((tier) => tiers[tier] ?? [])];
  return scales.flatMap(({ rates, above }) =>
    [rates, ...above.map((step) => step.rates)].flatMap((list) =>
      Object.entries(list).flatMap(([name, rate]) => {
        if (rate === 0) return name === 'output' ? [] : [`${name} is 0`];
        // From 0.001 to 2000 USD per million tokens.
        return rate >= 1000 && rate <= 2_000_000_000 ? [] : [`${name} is ${rate}`];
      }),
    ),
  );
}

describe('a table that is none', () => {
  const valid = { format: 1, date: '2026-11-30', sources: [], vendors: { acme: { models: {} } } };
  const withModel = (entry: unknown) => ({ ...valid, vendors: { acme: { models: { m: entry } } } });
  test.each([
    ['nothing', ''],
    ['another file', '{}'],
    ['a list', '[]'],
    ['another format', JSON.stringify({ ...valid, format: 2 })],
    ['no day', JSON.stringify({ ...valid, date: 'today' })],
    ['a source without a name', JSON.stringify({ ...valid, sources: [{}] })],
    ['a vendor without models', JSON.stringify({ ...valid, vendors: { acme: {} } })],
    ['a negative rate', JSON.stringify(withModel([-1]))],
    ['a fraction', JSON.stringify(withModel([1.5]))],
    ['a rate as text', JSON.stringify(withModel(['1']))],
    ['too many rates', JSON.stringify(withModel(Array.from({ length: 11 }, () => 1)))],
    ['a number', JSON.stringify(withModel(5))],
    ['an unknown key', JSON.stringify(withModel({ rates: [1], rate: 2 }))],
    ['a wrong step', JSON.stringify(withModel({ rates: [1], above: [[-5, [1]]] }))],
    ['a wrong tier', JSON.stringify(withModel({ rates: [1], batch: [-1] }))],
    ['a wrong tool', JSON.stringify(withModel({ rates: [1], tools: { a: 0.5 } }))],
    ['a wrong day', JSON.stringify(withModel({ rates: [1], from: '1.1.2026' }))],
    [
      'periods out of order',
      JSON.stringify(
        withModel([
          { rates: [1], from: '2026-02-01' },
          { rates: [1], from: '2026-01-01' },
        ]),
      ),
    ],
  ])('%s', (_, file) => {
    expect(() => checkTable(readTable(file))).toThrow(TableError);
  });

  test('periods in order are read', () => {
    const file = readTable(JSON.stringify(withModel([{ rates: [1] }, { rates: [2], from: '2026-02-01' }])));
    expect(() => checkTable(file)).not.toThrow();
  });
});

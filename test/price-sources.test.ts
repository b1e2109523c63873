// `make prices`: what is read of the published tables, on small tables of the same form, and how two become one.
import { describe, expect, test } from 'bun:test';
import { readEntry } from '../src/pricing/table-format.ts';
import { blankEntry, dropRepeated, unitsOf, written } from '../scripts/prices/entry.ts';
import type { Catalogue, Entry } from '../scripts/prices/entry.ts';
import { readLiteLlm } from '../scripts/prices/litellm.ts';
import { merge } from '../scripts/prices/merge.ts';
import { readHistory, readModelsDev } from '../scripts/prices/models-dev.ts';
import { reportOf } from '../scripts/prices/report.ts';

function litellm(key: string, row: Readonly<Record<string, unknown>>): [string, Entry][] {
  return [...readLiteLlm(JSON.stringify({ [key]: { mode: 'chat', ...row } })).values()].flatMap((each) => [...each]);
}

describe("LiteLLM's table", () => {
  test('has USD per token, by class, tier and length', () => {
    const [found] = litellm('gpt-x', {
      litellm_provider: 'openai',
      input_cost_per_token: 1.25e-6,
      output_cost_per_token: 1e-5,
      cache_read_input_token_cost: 1.0000000000000001e-7,
      cache_creation_input_token_cost_above_1hr: 2e-6,
      input_cost_per_token_above_200k_tokens: 2.5e-6,
      input_cost_per_token_batches: 6.25e-7,
      input_cost_per_token_above_200k_tokens_priority: 5e-6,
      search_context_cost_per_query: { search_context_size_medium: 0.01 },
      max_tokens: 8192,
    });
    expect(found?.[0]).toBe('gpt-x');
    expect(found?.[1]).toEqual({
      rates: { input: 1_250_000, output: 10_000_000, cacheRead: 100_000, cacheWrite1h: 2_000_000 },
      above: new Map([[200_000, { input: 2_500_000 }]]),
      tiers: {
        batch: { rates: { input: 625_000 }, above: new Map() },
        priority: { rates: {}, above: new Map([[200_000, { input: 5_000_000 }]]) },
      },
      units: {},
      tools: { web_search: 10_000_000 },
    });
  });

  test('has steps, factors and units', () => {
    const steps = litellm('dashscope/qwen-x', {
      litellm_provider: 'dashscope',
      tiered_pricing: [
        { range: [0, 32_000], input_cost_per_token: 1e-6, output_cost_per_token: 4e-6 },
        { range: [32_000, 128_000], input_cost_per_token: 2e-6, output_cost_per_token: 8e-6 },
      ],
    });
    expect(steps[0]?.[1]).toMatchObject({
      rates: { input: 1_000_000, output: 4_000_000 },
      above: new Map([[32_000, { input: 2_000_000, output: 8_000_000 }]]),
    });
    const fast = { litellm_provider: 'anthropic', input_cost_per_token: 4e-6, provider_specific_entry: { fast: 2 } };
    expect(litellm('claude-x', fast)[0]?.[1].tiers).toEqual({
      fast: { rates: { input: 8_000_000 }, above: new Map() },
    });
    const rerank = { litellm_provider: 'cohere', mode: 'rerank', input_cost_per_query: 0.002, input_cost_per_token: 0 };
    expect(litellm('rerank-x', rerank)[0]?.[1]).toMatchObject({ rates: {}, units: { search: 2_000_000 } });
    const speech = { litellm_provider: 'openai', mode: 'audio_transcription', input_cost_per_second: 1e-4 };
    expect(litellm('whisper-x', { ...speech, output_cost_per_second: 1e-4 })[0]?.[1].units).toEqual({
      second: 100_000,
    });
  });

  test.each([
    ['a zero, which stands for no price', 'gpt-x', { litellm_provider: 'openai', input_cost_per_token: 0 }],
    ['another provider', 'gpt-x', { litellm_provider: 'nobody', input_cost_per_token: 1e-6 }],
    ['a class of models', 'together-ai-4.1b-8b', { litellm_provider: 'together_ai', input_cost_per_token: 1e-6 }],
    ['one region', 'bedrock/us-gov-west-1/x', { litellm_provider: 'bedrock', input_cost_per_token: 1e-6 }],
    ['a size of images', '1024-x-1024/50-steps/x', { litellm_provider: 'bedrock', output_cost_per_image: 0.04 }],
    ['videos', 'sora-x', { litellm_provider: 'openai', mode: 'video_generation', input_cost_per_token: 1e-6 }],
    ['the price of a step of an image', 'x', { litellm_provider: 'fireworks_ai', input_cost_per_token: 1.3e-10 }],
  ])('is not asked for %s', (_, key, row) => {
    expect(litellm(key, row)).toEqual([]);
  });
});

describe("models.dev's", () => {
  test('has USD per million tokens', () => {
    const cost = { input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: 0 };
    const found = readModelsDev(
      JSON.stringify({
        api: {
          a: { id: 'GPT-X', cost: { ...cost, tiers: [{ inputTokensAbove: 1000, input: 2.5 }] } },
          b: { id: 'free', cost: { input: 0, output: 0 } },
        },
      }),
    );
    expect([...found]).toEqual([
      [
        'gpt-x',
        {
          ...blankEntry(),
          rates: { input: 1_250_000, output: 10_000_000, cacheRead: 125_000 },
          above: new Map([[1000, { input: 2_500_000 }]]),
        },
      ],
    ]);
  });

  test('has a history, of which the price of today counts', () => {
    const period = (start: string | null, input: number) => ({ start, rates: { input, output: 1 } });
    const text = JSON.stringify({ prices: { acme: { m: { standard: [period(null, 3), period('2026-08-01', 2)] } } } });
    const at = (day: string) => readHistory(text, 'acme', Date.parse(day)).get('m')?.rates.input;
    expect([at('2026-07-31'), at('2026-08-01')]).toEqual([3_000_000, 2_000_000]);
    expect(readHistory(text, 'nobody', 0).size).toBe(0);
  });
});

describe('both in one', () => {
  const of = (rates: Entry['rates'], rest: Partial<Entry> = {}): Entry => ({ ...blankEntry(), rates, ...rest });
  const one: Catalogue = new Map([
    ['same', of({ input: 1, output: 2 })],
    ['other', of({ input: 10, output: 20, cacheWrite1h: 20 }, { units: { request: 5 } })],
    ['own', of({ input: 1 })],
  ]);
  const two: Catalogue = new Map([
    ['same', of({ input: 1, output: 2, cacheRead: 1 })],
    ['other', of({ input: 11, output: 22 })],
    ['new', of({ input: 3 })],
  ]);

  test('what differs is listed, and LiteLLM is followed unless a page of the vendor decides', () => {
    const merged = merge('acme', one, two, []);
    expect(merged.agreed).toBe(1);
    expect([...merged.catalogue.keys()].toSorted()).toEqual(['new', 'other', 'own', 'same']);
    expect(merged.catalogue.get('other')?.rates.input).toBe(10);
    expect(merged.differences).toEqual([
      {
        model: 'acme/other',
        rates: [
          { name: 'input', litellm: '0.00001', modelsDev: '0.000011' },
          { name: 'output', litellm: '0.00002', modelsDev: '0.000022' },
        ],
        decision: undefined,
      },
    ]);
    const decision = { models: '^acme/', take: 'models.dev' as const, page: 'https://acme', why: 'So it says.' };
    expect(merge('acme', one, two, [decision]).catalogue.get('other')).toEqual(
      of({ input: 11, output: 22, cacheWrite1h: 22 }, { units: { request: 5 } }),
    );
    expect(merge('acme', one, two, [{ ...decision, units: false }]).catalogue.get('other')?.units).toEqual({});
  });

  test('the report says what was compared, and why something was taken', () => {
    const decision = { models: '^acme/', take: 'models.dev' as const, page: 'https://acme', why: 'So it says.' };
    const { differences, agreed } = merge('acme', one, two, [decision]);
    const report = reportOf(
      [{ name: 'a', version: '1', date: '2026-11-30' }],
      [{ vendor: 'acme', models: 4, agreed, differences }],
    );
    expect(report).toContain('of 2 models stand in both; 1 agree, 1 differ.');
    expect(report).toContain('| acme/other | input 0.00001 / 0.000011, output 0.00002 / 0.000022 | models.dev |');
    expect(report).toContain('- `^acme/`: models.dev. So it says. https://acme');
  });
});

describe('an entry', () => {
  test('is written so that it reads the same', () => {
    const entry: Entry = {
      rates: { input: 5, cacheRead: 1, output: 9, reasoning: 9, imageIn: 7 },
      above: new Map([[200, { input: 8 }]]),
      tiers: {
        batch: { rates: { input: 2 }, above: new Map([[200, { input: 4 }]]) },
        flex: { rates: { input: 3 }, above: new Map() },
      },
      units: { request: 11 },
      tools: { web_search: 12, maps: 13 },
    };
    dropRepeated(entry);
    const [price] = readEntry(JSON.parse(JSON.stringify(written(entry, { web_search: 12 }))), { web_search: 12 }, 'x');
    expect(price).toEqual({
      from: -Infinity,
      standard: {
        rates: { input: 5, cacheRead: 1, output: 9, imageIn: 7 },
        above: [{ tokens: 200, rates: { input: 8 } }],
      },
      tiers: {
        batch: { rates: { input: 2 }, above: [{ tokens: 200, rates: { input: 4 } }] },
        flex: { rates: { input: 3 }, above: [] },
      },
      units: { request: 11 },
      tools: { web_search: 12, maps: 13 },
    });
    expect(written({ ...blankEntry(), rates: { input: 5, output: 6 } }, {})).toEqual([5, null, null, null, 6]);
  });

  test('a number of USD is read exactly, but for what floating point has left in it', () => {
    expect(unitsOf(1.25e-6, 12)).toBe(1_250_000);
    expect(unitsOf(1.0000000000000001e-7, 12)).toBe(100_000);
    expect(unitsOf(7.5e-13, 12)).toBe(1);
    expect(unitsOf(-1, 12)).toBeUndefined();
    expect(unitsOf('1', 12)).toBeUndefined();
  });
});

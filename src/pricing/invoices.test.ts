// Bills worked by hand: the rates, and where there are any the examples, of the vendors' own pages, against what the
// built-in table makes of the same tokens.
import { expect, test } from 'bun:test';
import type { Consumption } from '../core/token-classes.ts';
import { decimalText } from '../lib/decimal.ts';
import { costOf } from './cost-of.ts';
import { builtInTable } from './price-table.ts';
import { consumption } from './pricing.fixture.ts';

function usd(vendor: string, model: string, used: Partial<Consumption>): string | undefined {
  const found = builtInTable().find(vendor, model);
  const cost = found && costOf(consumption(used), { source: 'table', ...found }, Date.parse('2026-11-30'));
  return cost ? decimalText(cost.nanoUsd, 9) : undefined;
}

test('OpenAI: images of 272, 1056 and 4160 tokens cost about $0.011, $0.042 and $0.167', () => {
  // https://developers.openai.com/api/docs/guides/image-generation, gpt-image-1, square, at $40 per million tokens:
  // 272 × 0.00004 = 0.01088; 1056 × 0.00004 = 0.04224; 4160 × 0.00004 = 0.1664.
  expect(usd('openai', 'gpt-image-1', { imageOut: 272 })).toBe('0.01088');
  expect(usd('openai', 'gpt-image-1', { imageOut: 1056 })).toBe('0.04224');
  expect(usd('openai', 'gpt-image-1', { imageOut: 4160 })).toBe('0.1664');
});

test('OpenAI: 2006 tokens of a prompt, 1920 of them cached, and 300 of an answer', () => {
  // The usage of https://developers.openai.com/api/docs/guides/prompt-caching, priced as
  // https://developers.openai.com/api/docs/pricing has gpt-5: 1.25, 0.125 and 10 USD per million tokens.
  // 86 × 1.25 + 1920 × 0.125 + 300 × 10 = 107.5 + 240 + 3000 = 3347.5 millionths of a USD.
  const used = { input: 86, cacheRead: 1920, output: 300 };
  expect(usd('openai', 'gpt-5', used)).toBe('0.0033475');
  // In batches and flex it is half, with priority twice as much (https://openai.com/api-priority-processing: 2.50, 0.25, 20).
  expect(usd('openai', 'gpt-5', { ...used, tier: 'batch' })).toBe('0.00167375');
  expect(usd('openai', 'gpt-5', { ...used, tier: 'flex' })).toBe('0.00167375');
  expect(usd('openai', 'gpt-5', { ...used, tier: 'priority' })).toBe('0.006695');
  // A thousand searches cost $10.
  expect(usd('openai', 'gpt-5', { serverTools: { web_search_call: 1000 } })).toBe('10');
});

test('OpenAI: a long prompt prices everything anew', () => {
  // https://developers.openai.com/api/docs/pricing, gpt-5.6: 4, 0.4 and 20 up to 272,000 tokens of input, 8, 0.8 and 30 beyond.
  expect(usd('openai', 'gpt-5.6', { input: 72_000, cacheRead: 200_000, output: 1000 })).toBe('0.388');
  // 72,001 × 8 + 200,000 × 0.8 + 1000 × 30 = 576,008 + 160,000 + 30,000 millionths.
  expect(usd('openai', 'gpt-5.6', { input: 72_001, cacheRead: 200_000, output: 1000 })).toBe('0.766008');
});

test('Anthropic: a session of 50,000 tokens of input and 15,000 of output, then with 40,000 from the cache', () => {
  // https://platform.claude.com/docs/en/about-claude/pricing, Opus at 5, 0.5 and 25 USD per million tokens:
  // 50,000 × 5 + 15,000 × 25 = 250,000 + 375,000; 10,000 × 5 + 40,000 × 0.5 + 15,000 × 25 = 50,000 + 20,000 + 375,000.
  expect(usd('anthropic', 'claude-opus-4-8', { input: 50_000, output: 15_000 })).toBe('0.625');
  expect(usd('anthropic', 'claude-opus-4-8', { input: 10_000, cacheRead: 40_000, output: 15_000 })).toBe('0.445');
});

test('Anthropic: writes into the cache by how long they stay, thoughts as output, and searches', () => {
  // The same page, Opus 5: 6.25 for five minutes, 10 for an hour; $10 for 1000 searches, fetches free.
  const used = { input: 1000, cacheWrite5m: 2000, cacheWrite1h: 3000, cacheRead: 4000, output: 500, reasoning: 1500 };
  // 5000 + 12,500 + 30,000 + 2000 + 12,500 + 37,500 = 99,500 millionths.
  expect(usd('anthropic', 'claude-opus-5', used)).toBe('0.0995');
  // Batches cost half, caches included.
  expect(usd('anthropic', 'claude-opus-5', { ...used, tier: 'batch' })).toBe('0.04975');
  const tools = { web_search_requests: 3, web_fetch_requests: 7 };
  expect(usd('anthropic', 'claude-opus-5', { ...used, serverTools: tools })).toBe('0.1295');
});

test('Anthropic: fast mode costs twice as much', () => {
  // https://platform.claude.com/docs/en/about-claude/pricing, Opus 5.5: 4 and 20, in fast mode 8 and 40.
  expect(usd('anthropic', 'claude-opus-5-5', { input: 1000, output: 100, tier: 'fast' })).toBe('0.012');
});

test('Google: an image of 1290 tokens costs about $0.039', () => {
  // https://ai.google.dev/gemini-api/docs/pricing, Gemini 2.5 Flash Image: $30 per million tokens; 1290 × 30 = 38,700.
  expect(usd('gemini', 'gemini-2.5-flash-image', { imageOut: 1290 })).toBe('0.0387');
});

test('Google: 11,500 tokens of a prompt, 10,000 of them cached, and 11,000 of thoughts and answer', () => {
  // The same page, Gemini 2.5 Pro: 1.25, 0.125 and 10. 1500 × 1.25 + 10,000 × 0.125 + 11,000 × 10 = 1875 + 1250 + 110,000.
  const used = { input: 1500, cacheRead: 10_000, output: 1000, reasoning: 10_000 };
  expect(usd('gemini', 'gemini-2.5-pro', used)).toBe('0.113125');
  // Beyond 200,000 tokens: 2.5, 0.25 and 15. 190,001 × 2.5 + 10,000 × 0.25 + 11,000 × 15 = 475,002.5 + 2500 + 165,000.
  expect(usd('gemini', 'gemini-2.5-pro', { ...used, input: 190_001 })).toBe('0.6425025');
  // A thousand grounded prompts cost $35 with it, and $14 with the models after it.
  expect(usd('gemini', 'gemini-2.5-pro', { serverTools: { googleSearch: 1000 } })).toBe('35');
  expect(usd('gemini', 'gemini-3.5-flash', { serverTools: { googleSearch: 1000 } })).toBe('14');
});

test('Cohere: a thousand searches of a reranker cost $2', () => {
  // https://cohere.com/pricing, Rerank 3.5.
  expect(usd('cohere', 'rerank-v3.5', { units: { search: 1000 } })).toBe('2');
});

test('OpenAI: a minute of Whisper costs $0.006, a million characters of speech $15', () => {
  // https://developers.openai.com/api/docs/pricing
  expect(usd('openai', 'whisper-1', { units: { second: 60 } })).toBe('0.006');
  expect(usd('openai', 'tts-1', { units: { character: 1_000_000 } })).toBe('15');
});

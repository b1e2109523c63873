import { describe, expect, test } from 'bun:test';
import { canonicalName, isLessExact, namesOf } from './names.ts';

describe('the name of a model in the table', () => {
  test.each([
    ['GPT-5', 'gpt-5'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['google/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['projects/p/locations/l/publishers/google/models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['publishers/anthropic/models/claude-sonnet-4-5@20250929', 'claude-sonnet-4-5-20250929'],
    ['claude-opus-4-6@default', 'claude-opus-4-6'],
    ['accounts/fireworks/models/kimi-k3', 'kimi-k3'],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5-20250929'],
    ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'eu.claude-sonnet-4-5-20250929'],
    ['arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-6-v1', 'eu.claude-opus-4-6'],
    ['amazon.titan-embed-text-v2:0', 'titan-embed-text-v2'],
    ['anthropic.claude-3-sonnet-20240229-v1:0:200k', 'claude-3-sonnet-20240229'],
    ['us-gov.amazon.nova-pro-v1:0', 'us-gov.nova-pro'],
    ['ai21.jamba-1-5-large-v1:0', 'jamba-1-5-large'],
    ['deepseek-ai/DeepSeek-V3', 'deepseek-ai/deepseek-v3'],
    ['qwen3.5-plus', 'qwen3.5-plus'],
    ['gpt-5.6', 'gpt-5.6'],
    ['moonshot-v1', 'moonshot-v1'],
  ])('%s is %s', (called, name) => {
    expect(canonicalName(called)).toBe(name);
  });
});

describe('where a price may stand', () => {
  test('a snapshot has the price of its model, if it has none of its own', () => {
    expect(namesOf('gpt-5-2025-08-07')).toEqual(['gpt-5-2025-08-07', 'gpt-5']);
    expect(namesOf('claude-sonnet-4-5@20250929')).toEqual(['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5']);
  });

  test('without its region, where that costs the same', () => {
    expect(namesOf('eu.anthropic.claude-opus-4-5-20251101-v1:0')).toEqual([
      'eu.claude-opus-4-5-20251101',
      'claude-opus-4-5-20251101',
      'eu.claude-opus-4-5',
      'claude-opus-4-5',
    ]);
  });

  test('four digits are a generation, not a date', () => {
    expect(namesOf('mistral-large-2402')).toEqual(['mistral-large-2402']);
    expect(namesOf('gpt-4-0613')).toEqual(['gpt-4-0613']);
    expect(namesOf('model-2025-13-40')).toEqual(['model-2025-13-40']);
  });

  test('each once', () => {
    expect(namesOf('ft:gpt-4o-mini-2024-07-18')).toEqual(['ft:gpt-4o-mini-2024-07-18']);
    expect(namesOf('gpt-5')).toEqual(['gpt-5']);
  });

  test('what was fine-tuned never costs what its base does', () => {
    expect(namesOf('ft:gpt-4o-mini-2024-07-18:acme::abc')).toEqual([
      'ft:gpt-4o-mini-2024-07-18:acme::abc',
      'ft:gpt-4o-mini-2024-07-18',
    ]);
  });
});

test('a shorter name tells less, and so does one without its region', () => {
  expect(isLessExact('gpt-5', 'gpt-5-2025-08-07')).toBe(true);
  expect(isLessExact('claude-sonnet-4-5-20250929', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0')).toBe(true);
  expect(isLessExact('gpt-5-2025-08-07', 'gpt-5')).toBe(false);
});

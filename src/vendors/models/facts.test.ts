import { describe, expect, test } from 'bun:test';
import { factsOf } from './facts.ts';

describe('whether a model thinks without being asked to', () => {
  test.each([
    'gpt-5',
    'openai/gpt-5.6-mini',
    'openai.gpt-oss-120b-1:0',
    'o3',
    'o4-mini-2025-04-16',
    'o4-mini-deep-research',
    'gpt-5-codex',
    'GPT-5.6',
    'ft:gpt-5:acme::x',
    'openai/gpt-5:free',
    'claude-opus-5',
    'us.anthropic.claude-sonnet-5-5-v1:0',
    'gemini-2.5-pro',
    'models/gemini-3-flash',
    'publishers/google/models/gemini-2.5-flash',
    'grok-4',
    'grok-4-fast-reasoning',
    'deepseek-ai/DeepSeek-R1',
    'deepseek-r1:14b',
    'qwq-32b',
    'qwq:32b',
    'kimi-k2-thinking',
    'moonshotai/kimi-k2.5',
    'glm-4.6',
    'MiniMax-M2',
    'magistral-medium-latest',
    'acme/thinking-7b',
    'acme/palmyra-Thinking-2507',
    'deepseek-reasoner',
    'qwen3-235b-a22b-thinking-2507',
    'sonar-reasoning-pro',
    'perplexity/sonar-deep-research',
  ])('%s does', (model) => expect(factsOf(model).reasons).toBe(true));

  test.each([
    'gpt-4o',
    'gpt-5-chat-latest',
    'gpt-4.1',
    'openai/gpt-4o:extended',
    // Its effort is `none` where none is said.
    'gpt-5.4-mini',
    'claude-3-5-sonnet-20241022',
    'claude-sonnet-4-5',
    'claude-opus-4-20250514',
    'gemini-2.0-flash',
    'gemini-2.5-flash-image',
    'gemini-2.5-flash-preview-tts',
    'grok-4-fast-non-reasoning',
    'acme-7b-non-thinking',
    'acme-7b-rethinking',
    'mistral-large-latest',
    'llama-3.3-70b-versatile',
    'deepseek-chat',
    'kimi-k2-0905-preview',
    'qwen3-30b-a3b-instruct-2507',
    'sonar-pro',
    'text-embedding-3-small',
    '',
  ])('%s does not, or nobody knows', (model) => expect(factsOf(model).reasons).not.toBe(true));
});

test.each([
  ['gpt-audio-mini', 'openai-chat'],
  ['gpt-4o-audio-preview', 'openai-chat'],
  ['gpt-5-search-api', 'openai-chat'],
  ['openai/gpt-5.2-codex:free', 'openai-responses'],
  ['gpt-daybreak-1', 'openai-responses'],
  ['gpt-5', undefined],
] as const)('%s is served in %s alone', (model, only) => expect(factsOf(model).only).toBe(only));

test('a variant of a model takes the efforts of the model', () => {
  for (const name of ['openai/gpt-5:free', 'ft:gpt-5:acme::x', 'us.openai.gpt-5'])
    expect(factsOf(name).efforts).toEqual(factsOf('gpt-5').efforts);
});

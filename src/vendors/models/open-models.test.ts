import { expect, test } from 'bun:test';
import { factsOf } from './facts.ts';
import { anyOf, since } from './series.ts';

const NONE_OR_HIGH = ['none', 'high'];

test.each<[name: string, efforts: readonly string[] | undefined, reasons: boolean | undefined]>([
  ['openai/gpt-oss-120b', ['low', 'medium', 'high'], true],
  ['gpt-oss:20b', ['low', 'medium', 'high'], true],
  ['mistral-small-2603', NONE_OR_HIGH, undefined],
  ['mistral-small-latest', NONE_OR_HIGH, undefined],
  ['mistralai/Mistral-Small-4-119B-2603', NONE_OR_HIGH, undefined],
  ['mistral-small-10', NONE_OR_HIGH, undefined],
  ['mistral-small-2506', [], undefined],
  ['mistral-small3.2:24b', [], undefined],
  ['mistralai/Mistral-Small-3.1-24B-Instruct-2503', [], undefined],
  ['mistralai/Mistral-Small-Instruct-2409', [], undefined],
  ['mistralai/Mistral-Small-24B-Instruct-2501', [], undefined],
  ['mistral-medium-3-5', NONE_OR_HIGH, undefined],
  ['mistral-medium-2604', NONE_OR_HIGH, undefined],
  ['mistral-medium-3.1', [], undefined],
  ['mistral-medium-2508', [], undefined],
  ['mistral-large-4-0', NONE_OR_HIGH, undefined],
  ['mistral-large-2512', [], undefined],
  ['mistral-large-latest', undefined, undefined],
  ['devstral-2512', [], undefined],
  ['devstral-medium-latest', NONE_OR_HIGH, undefined],
  ['magistral-medium-2509', undefined, true],
  ['codestral-2508', [], undefined],
  ['mistralai/mixtral-8x22b-instruct', [], undefined],
  ['open-mistral-nemo', [], undefined],
  ['command-a-reasoning-08-2025', NONE_OR_HIGH, true],
  ['cohere/command-a-plus-05-2026', NONE_OR_HIGH, true],
  ['cohere/command-r-plus-08-2024', [], undefined],
  ['CohereForAI/c4ai-command-r7b', [], undefined],
  ['meta-llama/Llama-3.3-70B-Instruct', [], undefined],
  ['accounts/fireworks/models/llama-v3p3-70b-instruct', [], undefined],
  ['llama3.1-8b', [], undefined],
  ['nvidia/Llama-3_3-Nemotron-Super-49B-v1', undefined, undefined],
  ['some/DeepCogito-Llama-70B', undefined, undefined],
  ['google/gemma-3-27b-it', [], undefined],
  ['google/gemma-4-31b-it', undefined, undefined],
])('%s', (name, efforts, reasons) => {
  const facts = factsOf(name);
  expect(facts.efforts).toEqual(efforts as never);
  expect(facts.reasons).toBe(reasons);
});

test.each([
  ['kimi-k', '2.5', 'moonshotai/Kimi-K2.5', true],
  ['kimi-k', '2.5', 'kimi-k2p10', true],
  ['kimi-k', '2.5', 'kimi-k3-thinking', true],
  ['kimi-k', '2.5', 'kimi-k2-0905', false],
  ['kimi-k', '2.5', 'kimi-latest', false],
  ['deepseek-', '4', 'deepseek-ai/DeepSeek-V4-Pro', true],
  ['deepseek-', '4', 'deepseek-v3p2', false],
  ['deepseek-', '4', 'deepseek-ai/DeepSeek-R1', false],
  ['glm', '5', 'zai-org/GLM-5.2', true],
  ['glm', '5', 'zai-glm-4.7', false],
  ['glm', '5', 'zai-glm-10', true],
  ['qwen', '3.5', 'Qwen/Qwen3-32B', false],
  ['qwen', '3.5', 'qwen-3.8-27b', true],
])('models of %s since %s: %s %p', (series, version, name, isOne) => {
  expect(since(series, version).test(name)).toBe(isOne);
  expect(anyOf(/^never$/, since(series, version)).test(name)).toBe(isOne);
});

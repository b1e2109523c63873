import { expect, test } from 'bun:test';
import { factsOf } from './facts.ts';

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
  ['magistral-medium-2509', ['low', 'medium', 'high'], true],
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

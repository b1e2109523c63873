import { expect, test } from 'bun:test';
import { anyOf, since } from './since.ts';

test.each([
  ['glm-5.3', 'glm-', '5.3', true],
  ['GLM-5.3-Flash', 'glm-', '5.3', true],
  ['zai-glm-5-3', 'glm-', '5.3', true],
  ['accounts/fireworks/models/glm-5p3', 'glm-', '5.3', true],
  ['glm-5.10', 'glm-', '5.9', true],
  ['glm-6', 'glm-', '5.3', true],
  ['glm-5.2', 'glm-', '5.3', false],
  ['glm-4-32b-0414', 'glm-', '4.3', false],
  ['glm-4-9b', 'glm-', '4.5', false],
  ['kimi-k2-0905-preview', 'kimi-k', '2.1', false],
  ['qwen3-8b', 'qwen', '3.1', false],
  ['qwen3-0.6b', 'qwen', '3.1', false],
  ['qwen3:30b', 'qwen', '3.1', false],
  ['something', 'glm-', '1', false],
  ['kimi-k2p10', 'kimi-k', '2.5', true],
  ['deepseek-ai/DeepSeek-V4-Pro', 'deepseek-v', '4', true],
  ['deepseek-v3p2', 'deepseek-v', '4', false],
  ['deepseek-ai/DeepSeek-R1', 'deepseek-v', '4', false],
  ['qwen-3.8-27b', 'qwen-?', '3.5', true],
  ['Qwen/Qwen3-32B', 'qwen-?', '3.5', false],
])('%s is of %s from %s on: %p', (name, line, least, expected) => {
  expect(since(line, least).test(name)).toBe(expected);
  expect(anyOf(/^never$/, since(line, least)).test(name)).toBe(expected);
});

test('a series ends where the next begins', () => {
  const series = since('kimi-k', '2.5', '2.7');
  expect(
    ['kimi-k2', 'kimi-k2.5', 'kimi-k2.6', 'kimi-k2.7-code', 'kimi-k3'].filter((name) => series.test(name)),
  ).toEqual(['kimi-k2.5', 'kimi-k2.6']);
});

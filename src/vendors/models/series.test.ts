import { expect, test } from 'bun:test';
import { anyOf, since } from './series.ts';

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

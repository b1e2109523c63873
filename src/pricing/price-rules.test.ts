import { expect, test } from 'bun:test';
import { PriceRules } from './price-rules.ts';

function found(patterns: readonly string[], backend: string, vendor: string | undefined, model: string) {
  const rules = new PriceRules(patterns.map((pattern) => ({ pattern, periods: [] })));
  return rules.find(backend, vendor, model)?.rule.pattern;
}

test('the most exact rule counts, in whatever order they stand', () => {
  const patterns = ['*/gpt-5', 'azure/*', 'azure/gpt-*', 'west/gpt-5', 'azure/gpt-5', 'west/*'];
  for (const order of [patterns, patterns.toReversed()]) {
    expect(found(order, 'west', 'azure', 'gpt-5')).toBe('west/gpt-5');
    expect(found(order, 'east', 'azure', 'gpt-5')).toBe('azure/gpt-5');
    expect(found(order, 'east', 'azure', 'gpt-5-mini')).toBe('azure/gpt-*');
    expect(found(order, 'east', 'openai', 'gpt-5')).toBe('*/gpt-5');
    expect(found(order, 'east', undefined, 'o3')).toBeUndefined();
  }
});

test('of equally exact ones, that with the name of the backend counts', () => {
  for (const order of [
    ['azure/*', 'west1/*'],
    ['west1/*', 'azure/*'],
  ])
    expect(found(order, 'west1', 'azure', 'gpt-5')).toBe('west1/*');
});

test('models have slashes, and a star stands for them, too', () => {
  expect(found(['router/anthropic/*'], 'router', 'openrouter', 'anthropic/claude-opus-5')).toBe('router/anthropic/*');
  expect(found(['router/*'], 'router', 'openrouter', 'a/b/c')).toBe('router/*');
});

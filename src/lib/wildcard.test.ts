import { expect, test } from 'bun:test';
import { wildcardMatches } from './wildcard.ts';

test.each([
  ['openai/*', 'openai/gpt-5', true],
  ['openai/*', 'openai/', false],
  ['openai/*', 'open', false],
  ['*', 'x', true],
  ['*', '', false],
  ['gpt-5', 'gpt-5', false],
])('%s for %s: %p', (alias, name, expected) => {
  expect(wildcardMatches(alias, name)).toBe(expected);
});

import { expect, test } from 'bun:test';
import { nearest } from './nearest.ts';

test('the nearest comes first, and at most as many as asked for', () => {
  expect(nearest('gpt-4-turbo', ['claude', 'gpt-4-turbo-x', 'gpt-4-turb', 'gpt-4o-turbo'])).toEqual([
    'gpt-4-turb',
    'gpt-4o-turbo',
    'gpt-4-turbo-x',
  ]);
  expect(nearest('gpt-4-turbo', ['gpt-4-turbo-x', 'gpt-4-turb'], 1)).toEqual(['gpt-4-turb']);
});

test('case does not count, and the name itself is no suggestion', () => {
  expect(nearest('OpenAI', ['openai', 'OpenAI'])).toEqual(['openai']);
});

test('what is far off is not suggested', () => {
  expect(nearest('mistral', ['openai', 'anthropic'])).toEqual([]);
  expect(nearest('ab', ['cd'])).toEqual([]);
});

test.each(['a', 'b', 'on', '4o'])('%s is too short to be a misspelling of anything', (name) => {
  expect(nearest(name, ['a', 'ab', 'one', '4', 'o3', 'gpt-4o'])).toEqual([]);
});

test('an overlong name is not compared', () => {
  expect(nearest('x'.repeat(100_000), ['x'.repeat(99_999)])).toEqual([]);
});

test.each([
  ['ulr', 'url'],
  ['levle', 'level'],
  ['conect', 'connect_timeout'],
  ['max_body', 'max_body_mb'],
  ['cooldown', 'cooldown_seconds'],
  ['gpt', 'gpt-4'],
])('%s is taken for %s: letters swapped, last words left off', (name, candidate) => {
  expect(nearest(name, ['name', 'api_key', candidate, 'enabled'])).toEqual([candidate]);
});

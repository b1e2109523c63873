import { expect, test } from 'bun:test';
import { LiveBackends } from './backends.ts';
import { resolveBackend } from './resolve.ts';

test('the way to a backend stays as long as its config says the same, and is its own', () => {
  const live = new LiveBackends(() => undefined);
  const planOf = (settings: object) =>
    resolveBackend({ name: 'a', enabled: true, keep_alive: true, ...settings }, {}).plan;
  const way = (name: string, settings: object) => live.transport(name, planOf(settings), {});
  const first = way('a', { vendor: 'openai', api_key: 'sk-1' });
  expect(way('a', { url: 'https://api.openai.com/v1', api_key: 'sk-1' })).toBe(first);
  expect(way('b', { vendor: 'openai', api_key: 'sk-1' })).not.toBe(first);
  expect(way('a', { vendor: 'openai', api_key: 'sk-2' })).not.toBe(first);
});

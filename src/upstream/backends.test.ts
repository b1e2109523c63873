import { expect, test } from 'bun:test';
import { LiveBackends } from './backends.ts';
import { resolveBackend } from './resolve.ts';

test('the way to a backend stays as long as its config says the same, and is its own', () => {
  const live = new LiveBackends(() => undefined);
  const planOf = (settings: object) =>
    resolveBackend({ name: 'a', enabled: true, keep_alive: true, ...settings }, {}).plan;
  const first = live.transport('a', planOf({ vendor: 'openai', api_key: 'sk-1' }));
  expect(live.transport('a', planOf({ url: 'https://api.openai.com/v1', api_key: 'sk-1' }))).toBe(first);
  expect(live.transport('b', planOf({ vendor: 'openai', api_key: 'sk-1' }))).not.toBe(first);
  expect(live.transport('a', planOf({ vendor: 'openai', api_key: 'sk-2' }))).not.toBe(first);
});

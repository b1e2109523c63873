import { expect, test } from 'bun:test';
import { environmentConfig } from './environment-config.ts';

test('without any key the demo alone is served', () => {
  const { backends, models } = environmentConfig({ OPENAI_API_KEY: ' ' });
  expect(backends).toEqual([{ name: 'demo', url: 'demo:' }]);
  expect(models['demo-fail-*']).toEqual({ routes: [{ backend: 'demo', model: 'demo-fail-*' }] });
  expect(models['demo-failover']?.routes.map((route) => [route.model, route.priority])).toEqual([
    ['demo-fail-503', 1],
    ['demo', 2],
  ]);
});

test('each key makes a backend, its models under its name and under their own', () => {
  const { backends, models } = environmentConfig({ ANTHROPIC_API_KEY: 'sk-ant', GROQ_API_KEY: 'gsk', OTHER: 'x' });
  expect(backends).toEqual([
    { name: 'anthropic', url: 'https://api.anthropic.com/v1', api_key: 'sk-ant' },
    { name: 'groq', url: 'https://api.groq.com/openai/v1', api_key: 'gsk' },
    { name: 'demo', url: 'demo:' },
  ]);
  expect(environmentConfig({ GEMINI_API_KEY: 'AIza' }).backends[0]).toEqual({
    name: 'gemini',
    url: 'https://generativelanguage.googleapis.com/v1beta',
    api_key: 'AIza',
  });
  expect(models['anthropic/*']).toEqual({ routes: [{ backend: 'anthropic', model: '*' }] });
  expect(models['claude-*']).toEqual({ routes: [{ backend: 'anthropic', model: 'claude-*' }] });
  expect(models['groq/*']).toBeDefined();
  expect(models['gpt-*']).toBeUndefined();
});

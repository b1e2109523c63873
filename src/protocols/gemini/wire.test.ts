import { describe, expect, test } from 'bun:test';
import { models } from './models.ts';
import { Refusal } from '../../core/refusal.ts';
import { wire } from './wire.ts';

const at = (operation: 'generate' | 'count_tokens' | 'embed' | 'native', model: string, more: object = {}) =>
  wire.address(operation, { model, stream: false, ...more });

describe('the address', () => {
  test('of an answer', () => {
    expect(at('generate', 'gemini-2.5-pro')).toBe('/models/gemini-2.5-pro:generateContent');
    expect(at('generate', 'gemini-2.5-pro', { stream: true })).toBe(
      '/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    );
    expect(at('count_tokens', 'm')).toBe('/models/m:countTokens');
    expect(at('native', 'm')).toBeUndefined();
  });

  test('of embeddings goes by what is sent', () => {
    expect(at('embed', 'm')).toBe('/models/m:batchEmbedContents');
    expect(at('embed', 'm', { body: { requests: [] } })).toBe('/models/m:batchEmbedContents');
    expect(at('embed', 'm', { body: { content: {} } })).toBe('/models/m:embedContent');
  });

  test.each([
    ['models/m', '/models/m:countTokens'],
    ['tunedModels/t', '/tunedModels/t:countTokens'],
    ['publishers/google/models/m', '/publishers/google/models/m:countTokens'],
    ['a b?c#d:e', '/models/a%20b%3Fc%23d%3Ae:countTokens'],
  ])('of %s', (model, expected) => expect(at('count_tokens', model)).toBe(expected));
});

test('models are told with what can be asked of them', () => {
  expect(models.list(['x'], 0)).toEqual({
    models: [
      {
        name: 'models/x',
        baseModelId: 'x',
        version: 'llm-proxy',
        displayName: 'x',
        supportedGenerationMethods: [
          'generateContent',
          'streamGenerateContent',
          'countTokens',
          'embedContent',
          'batchEmbedContents',
        ],
      },
    ],
  });
});

test.each([
  '../../admin',
  'models//x',
  '/x',
  'tunedModels/..',
  'x/%2e%2e/y',
  'a\\..\\b',
  'a/..;b/c',
  'a\nb',
  '\ud800',
  '.',
])('a name that leads elsewhere is refused: %j', (model) => expect(() => at('count_tokens', model)).toThrow(Refusal));

import { describe, expect, test } from 'bun:test';

import { matchEndpoint } from './endpoints.ts';

function matched(path: string, method = 'POST') {
  return matchEndpoint({ method, headers: new Headers() }, path, '');
}

describe('a colon in front of what is asked of a model', () => {
  test.each([
    ['/v1beta/models/a:generateContent', 'a'],
    ['/v1/models/a%2Fb:latest:streamGenerateContent', 'a/b:latest'],
    ['/v1/projects/p/locations/l/publishers/google/models/a:generateContent', 'a'],
    ['/v1/projects/p/locations/l/publishers/anthropic/models/a:rawPredict', 'a'],
  ])('may be encoded: %s', (path, model) => {
    for (const colon of [':', '%3A', '%3a']) {
      const { endpoint } = matched(path.replace(/:(?=\w+$)/, colon));
      expect([endpoint?.handler, endpoint?.model ?? endpoint?.alias]).toEqual(['model', model]);
    }
  });

  test('and in the name of one', () => {
    for (const path of ['/v1/models/a:latest', '/v1/models/a%3Alatest', '/v1beta/models/a%3alatest'])
      expect(matched(path, 'GET').endpoint).toMatchObject({ handler: 'model_by_id', target: 'a:latest' });
  });
});

test.each(['/models/chat/completions', '/v1/models/responses', '/models/v1/messages'])(
  'POST %s asks no model: the base URL is wrong',
  (path) => {
    const { endpoint, allow, misplaced } = matched(path);
    expect([endpoint, allow]).toEqual([undefined, undefined]);
    expect(misplaced).toBeDefined();
  },
);

test('a model with the name of an endpoint is one to GET', () => {
  expect(matched('/v1/models/chat/completions', 'GET').endpoint?.handler).toBe('model_by_id');
  expect(matched('/v1/models/mine').allow).toBe('GET, HEAD');
});

test.each([
  ['/v1beta/models/veo/operations/abc', {}],
  ['/v1/models/veo/operations/abc', { 'x-goog-api-client': '1' }],
  ['/v1/files/abc', { 'x-goog-api-client': '1' }],
  ['/v1beta/models/veo:predictLongRunning', {}],
  ['/v1/models/veo:predictLongRunning', { 'x-goog-api-client': '1' }],
])('%s is passed through for Gemini’s clients', (path, headers) => {
  const method = path.includes(':') ? 'POST' : 'GET';
  const { protocol, endpoint } = matchEndpoint({ method, headers: new Headers(headers) }, path, '');
  expect([protocol, endpoint?.handler, endpoint?.through?.api]).toEqual(['gemini', 'passthrough', 'gemini']);
});

test.each([
  ['/v1/files', {}, 'openai'],
  ['/files', {}, 'openai'],
  ['/v1/files', { 'anthropic-version': '1' }, 'anthropic'],
  ['/v1/messages/batches', {}, 'anthropic'],
  ['/anthropic/v1/files', {}, 'anthropic'],
  ['//v1//files/', {}, 'openai'],
])('%s with %j is of %s', (path, headers, api) => {
  const { endpoint } = matchEndpoint({ method: 'GET', headers: new Headers(headers) }, path, '');
  expect(endpoint?.through?.api).toBe(api);
});

test.each(['/v1/files/../models', '/v1/files/%2e%2e', '/v1/files/a%2fb', '/v1/nothing', '/v1beta/nothing/x'])(
  '%s is nothing to pass through',
  (path) => {
    expect(matched(path, 'GET').endpoint?.handler).not.toBe('passthrough');
  },
);

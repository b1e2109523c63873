import { expect, test } from 'bun:test';
import { doubtOfBaseUrl } from './url-doubt.ts';
import { VENDORS } from './vendors.ts';

test.each([
  ['https://a/v1/chat/completions', 'https://a/v1', 'ends in /chat/completions'],
  ['https://a/v1/Chat/Completions', 'https://a/v1', 'ends in /Chat/Completions'],
  ['https://a/chat/completions', 'https://a', 'ends in /chat/completions'],
  ['https://a/v1/completions', 'https://a/v1', 'ends in /completions'],
  ['https://a/v1/responses', 'https://a/v1', 'ends in /responses'],
  ['https://a/v1/responses/input_tokens', 'https://a/v1', 'ends in /responses/input_tokens'],
  ['https://a/v1/messages', 'https://a/v1', 'ends in /messages'],
  ['https://a/v1/messages/count_tokens', 'https://a/v1', 'ends in /messages/count_tokens'],
  ['https://a/v1/embeddings', 'https://a/v1', 'ends in /embeddings'],
  ['https://a/v1/models', 'https://a/v1', 'ends in /models'],
  ['https://a/v1beta/models', 'https://a/v1beta', 'ends in /models'],
  ['https://a/v1/moderations', 'https://a/v1', 'ends in /moderations'],
  ['https://a/v1/rerank', 'https://a/v1', 'ends in /rerank'],
  ['https://a/v1/images/generations', 'https://a/v1', 'ends in /images/generations'],
  ['https://a/v1/audio/speech', 'https://a/v1', 'ends in /audio/speech'],
  ['https://a/v1beta/models/g:generateContent', 'https://a/v1beta', 'ends in /models/g:generateContent'],
  ['https://a/v1beta/models/g:streamGenerateContent', 'https://a/v1beta', 'ends in /models/g:streamGenerateContent'],
  [
    'https://a/v1/publishers/anthropic/models/c:rawPredict',
    'https://a/v1/publishers/anthropic',
    'ends in /models/c:raw',
  ],
  ['https://a/v1/publishers/google/models', 'https://a/v1/publishers/google', 'ends in /models'],
  ['https://a/model/c/invoke-with-response-stream', 'https://a', 'ends in /model/c/invoke'],
  ['https://a/openai/deployments/d/chat/completions', 'https://a/openai/deployments/d', 'ends in /chat/completions'],
  ['https://a/v1/chat', 'https://a/v1', 'ends in /chat'],
  ['https://a/v1/images', 'https://a/v1', 'ends in /images'],
  ['https://a/v1/audio', 'https://a/v1', 'ends in /audio'],
  ['http://localhost:11434/api/chat', 'http://localhost:11434/v1', 'ends in /api/chat'],
  ['http://localhost:11434/api/generate', 'http://localhost:11434/v1', 'ends in /api/generate'],
  ['http://a:11434/api/tags', 'http://a:11434/v1', 'ends in /api/tags'],
  ['https://a/v1/v1', 'https://a/v1', 'holds /v1 twice'],
  ['https://a/v1/v1/v1', 'https://a/v1', 'holds /v1 twice'],
  ['https://a/openai/v1/openai/v1', 'https://a/openai/v1', 'holds /openai/v1 twice'],
  ['https://a/v1/v1/messages', 'https://a/v1', 'ends in /messages'],
  ['https://a/v1/v1beta', 'https://a/v1beta', 'ends in two versions'],
  ['https://openrouter.ai/v1', 'https://openrouter.ai/api/v1', 'lacks /api'],
  ['https://api.groq.com/v1', 'https://api.groq.com/openai/v1', 'lacks /openai'],
])('%s should be %s', (url, meant, what) => {
  const doubt = doubtOfBaseUrl(url);
  expect(doubt?.meant).toBe(meant);
  expect(doubt?.what).toStartWith(what);
});

test.each([
  'https://a',
  'https://a/v1',
  'https://a/llm/api/v1',
  'http://localhost:11434/v1',
  'https://a.services.ai.azure.com/models',
  'https://a.openai.azure.com/openai/deployments/d',
  'https://a/v4/accounts/b/ai/v1',
  'https://a/v1/v1-of-ours',
  'https://a/messages-proxy',
  'https://a/chat',
  'https://a/api',
  'https://a/llm/api/chat',
  'https://generativelanguage.googleapis.com/v1',
  'https://api.openai.com',
])('%s is fine', (url) => {
  expect(doubtOfBaseUrl(url)).toBeUndefined();
});

test('so is every base that a vendor is known by', () => {
  for (const { endpoints } of VENDORS)
    for (const { url, alsoAt = [] } of endpoints)
      for (const base of [url, ...alsoAt]) expect([base, doubtOfBaseUrl(base)]).toEqual([base, undefined]);
});

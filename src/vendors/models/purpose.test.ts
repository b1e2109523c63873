import { expect, test } from 'bun:test';
import { factsOf } from './facts.ts';
import type { Purpose } from './purpose.ts';

test.each<[name: string, purpose: Purpose]>([
  ['gpt-5.1', 'chat'],
  ['claude-sonnet-4-5', 'chat'],
  ['anthropic/claude-haiku-4-5', 'chat'],
  ['gemini-2.5-flash', 'chat'],
  ['llama3.1:8b', 'chat'],
  ['text-embedding-3-small', 'embeddings'],
  ['gemini-embedding-001', 'embeddings'],
  ['BAAI/bge-m3', 'embeddings'],
  ['rerank-v3.5', 'rerank'],
  ['BAAI/bge-reranker-v2-m3', 'rerank'],
  ['omni-moderation-latest', 'moderations'],
  ['dall-e-3', 'media'],
  ['gpt-image-1', 'media'],
  ['whisper-1', 'media'],
  ['gpt-4o-mini-tts', 'media'],
  ['gpt-4o-transcribe', 'media'],
  ['gemini-2.5-flash-image', 'media'],
  ['imagen-4.0-generate-001', 'media'],
])('%s is made for %s', (name, purpose) => {
  expect(factsOf(name).purpose).toBe(purpose);
});

// What becomes of a limit that is higher than the model's own, such as Claude Code's: most refuse it
// (https://github.com/Alishahryar1/free-claude-code/issues/955, https://github.com/BerriAI/litellm/pull/10548).
import { expect, test } from 'bun:test';
import type { ProtocolName } from '../../src/core/part.ts';
import { geminiQuestion, question, translated } from './translated.ts';

test.each<[vendor: string, model: string, upstream: ProtocolName, most: number]>([
  ['openai', 'gpt-4o', 'openai-chat', 16_384],
  ['openai', 'gpt-4o', 'openai-responses', 16_384],
  ['openai', 'gpt-4o-2024-05-13', 'openai-responses', 4096],
  ['azure', 'gpt-35-turbo', 'openai-chat', 4096],
  ['openai', 'gpt-4', 'openai-responses', 8192],
  ['openai', 'ft:gpt-4.1-mini-2025-04-14:acme::x', 'openai-responses', 32_768],
  ['openai', 'o4-mini', 'openai-responses', 100_000],
  ['openai', 'gpt-5.1-chat-latest', 'openai-responses', 16_384],
  ['openai', 'gpt-5.10', 'openai-responses', 128_000],
  ['openai', 'gpt-6', 'openai-responses', 200_000],
  ['openrouter', 'openai/gpt-4o:online', 'openai-chat', 16_384],
  ['openrouter', 'google/gemini-2.5-pro', 'openai-chat', 65_535],
  ['openrouter', 'anthropic/claude-sonnet-4.5', 'openai-chat', 64_000],
  ['gemini', 'gemini-2.5-flash', 'gemini', 65_535],
  ['groq', 'openai/gpt-oss-120b', 'openai-chat', 65_536],
  ['groq', 'qwen/qwen3-32b', 'openai-chat', 40_960],
  ['groq', 'llama-3.3-70b-versatile', 'openai-chat', 32_768],
  ['groq', 'moonshotai/kimi-k2-instruct-0905', 'openai-chat', 16_384],
  ['vllm', 'some-model', 'openai-chat', 200_000],
])('%s, %s in %s is asked for at most %p', (vendor, model, upstream, most) => {
  const asked = { vendor, model, upstream };
  const { body, dropped } = translated(asked, 'anthropic-messages', question({ max_tokens: 200_000 }));
  const { max_tokens, max_completion_tokens, max_output_tokens, generationConfig } = body;
  const limit = max_tokens ?? max_completion_tokens ?? max_output_tokens ?? generationConfig.maxOutputTokens;
  expect(limit).toBe(most);
  expect(dropped).toEqual(most === 200_000 ? [] : ['maxTokens']);
  const fits = translated(asked, 'anthropic-messages', question({ max_tokens: 1000 }));
  expect(fits.dropped).toEqual([]);
});

test('Claude is asked for at most its own', () => {
  const asked = { vendor: 'anthropic', model: 'claude-sonnet-4-5', upstream: 'anthropic-messages' } as const;
  const { body, dropped } = translated(asked, 'gemini', geminiQuestion({ maxOutputTokens: 200_000 }));
  expect([body.max_tokens, dropped]).toEqual([64_000, ['maxTokens']]);
});

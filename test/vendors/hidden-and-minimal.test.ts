// How each vendor is told that thoughts are not to be shown, and what becomes of the least measure, of whoever asks.
import { afterAll, expect, test } from 'bun:test';
import { thinkingOf } from './chat-rules.ts';
import { geminiQuestion, responsesQuestion, translated } from './translated.ts';
import { stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const ON = { chat_template_kwargs: { enable_thinking: true, thinking: true } };

test.each<[vendor: string, model: string, hidden: object, minimal: object]>([
  ['mistral', 'mistral-small-latest', {}, { reasoning_effort: 'high' }],
  ['groq', 'openai/gpt-oss-120b', { include_reasoning: false }, { reasoning_effort: 'low' }],
  [
    'groq',
    'qwen/qwen3-32b',
    { reasoning_format: 'hidden' },
    { reasoning_format: 'parsed', reasoning_effort: 'default' },
  ],
  ['groq', 'llama-3.1-8b-instant', {}, {}],
  ['cohere', 'command-a-plus-05-2026', {}, { reasoning_effort: 'high' }],
  ['together', 'openai/gpt-oss-120b', {}, { reasoning_effort: 'low' }],
  ['together', 'zai-org/GLM-5.2', {}, { reasoning: { enabled: true }, reasoning_effort: 'low' }],
  ['fireworks', 'accounts/fireworks/models/kimi-k2p5', {}, { reasoning_effort: 'low' }],
  ['openrouter', 'google/gemini-3.1-pro-preview', { reasoning: { exclude: true } }, { reasoning: { effort: 'low' } }],
  ['cerebras', 'gpt-oss-120b', { reasoning_format: 'hidden' }, { reasoning_format: 'parsed', reasoning_effort: 'low' }],
  ['ollama', 'gpt-oss:20b', {}, { reasoning_effort: 'low' }],
  ['ollama', 'qwen3:8b', {}, {}],
  ['vllm', 'Qwen/Qwen3-32B', { include_reasoning: false }, { ...ON, reasoning_effort: 'low' }],
  ['lmstudio', 'openai/gpt-oss-20b', {}, { reasoning_effort: 'low' }],
])('%s with %s', (vendor, model, hidden, minimal) => {
  const hiding = geminiQuestion({ thinkingConfig: { includeThoughts: false } });
  const least = responsesQuestion({ reasoning: { effort: 'minimal' } });
  expect(thinkingOf(translated({ vendor, model }, 'gemini', hiding).body)).toEqual(hidden);
  expect(thinkingOf(translated({ vendor, model }, 'openai-responses', least).body)).toEqual(minimal);
  // Whoever says nothing of thinking is served as the model does by itself.
  const silent = thinkingOf(translated({ vendor, model }, 'gemini', geminiQuestion()).body);
  expect(Object.keys(silent).filter((field) => field !== 'reasoning_format')).toEqual([]);
});

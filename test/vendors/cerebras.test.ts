// Cerebras: https://inference-docs.cerebras.ai/capabilities/reasoning
import { afterAll, describe, expect, test } from 'bun:test';
import {
  agentsWith,
  chatLoop,
  checkThinking,
  checkWish,
  keepTo,
  saidBefore,
  USUAL,
  type ChatRules,
} from './chat-rules.ts';
import { geminiQuestion, toolQuestion, translated, type Wish } from './translated.ts';
import { stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL.filter((field) => field !== 'max_tokens'),
    ...'max_completion_tokens reasoning_effort reasoning_format seed user stream_options'.split(' '),
    ...'logprobs top_logprobs parallel_tool_calls frequency_penalty presence_penalty'.split(' '),
  ],
  assistant: ['reasoning'],
  systemFirst: true,
  efforts: ['none', 'low', 'medium', 'high'],
  mostStops: 4,
};

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['gpt-oss-120b', { reasoning_format: 'parsed' }, false],
      ['zai-glm-4.7', { reasoning_format: 'parsed' }, false],
      ['llama3.1-8b', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'cerebras', model, { reasoning: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning).toBe('Let me look.');
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['gpt-oss-120b', 'off', { reasoning_effort: 'low', reasoning_format: 'parsed' }, true],
  ['gpt-oss-120b', 'max', { reasoning_effort: 'high', reasoning_format: 'parsed' }, false],
  ['gpt-oss-120b', 'hidden', { reasoning_effort: 'medium', reasoning_format: 'hidden' }, false],
  ['zai-glm-4.7', 'off', { reasoning_effort: 'none', reasoning_format: 'parsed' }, false],
  ['qwen-3.8-27b', 'off', { reasoning_effort: 'none', reasoning_format: 'parsed' }, false],
  ['llama-3.3-70b', 'off', {}, false],
  ['qwen-3-235b-a22b-instruct-2507', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'cerebras', model }, wish, { sent, isLost });
});

test('no tool is strict, for all or none have to be', () => {
  const to = { vendor: 'cerebras', model: 'gpt-oss-120b' };
  const { body, dropped } = translated(to, 'anthropic-messages', toolQuestion({ tool_choice: { type: 'any' } }));
  keepTo(RULES, body);
  expect(body.tool_choice).toBe('required');
  expect(body.max_completion_tokens).toBe(100);
  expect(dropped).toEqual(['strict']);
});

test('settings that it takes are sent', () => {
  const settings = { responseLogprobs: true, logprobs: 2, topK: 3, seed: 7, stopSequences: ['a', 'b', 'c', 'd', 'e'] };
  const { body, dropped } = translated(
    { vendor: 'cerebras', model: 'gpt-oss-120b' },
    'gemini',
    geminiQuestion(settings),
  );
  keepTo(RULES, body);
  expect(body).toMatchObject({ logprobs: true, top_logprobs: 2, seed: 7, stop: ['a', 'b', 'c', 'd'] });
  expect(dropped.toSorted()).toEqual(['stop', 'topK']);
});

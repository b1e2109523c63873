// Together: https://www.npmjs.com/package/together-ai (its types of chat completions)
import { afterAll, describe, expect, test } from 'bun:test';
import {
  agentsWith,
  chatLoop,
  checkThinking,
  checkWish,
  keepTo,
  saidBefore,
  thinkingOf,
  USUAL,
  type ChatRules,
} from './chat-rules.ts';
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';
import { stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL,
    ...'reasoning reasoning_effort top_k min_p seed frequency_penalty presence_penalty'.split(' '),
    'stream_options',
  ],
  assistant: ['reasoning_content'],
  systemFirst: true,
  efforts: ['low', 'medium', 'high', 'max'],
};

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['zai-org/GLM-5.2', { reasoning: { enabled: true } }, false],
      ['openai/gpt-oss-120b', {}, false],
      ['meta-llama/Llama-3.3-70B-Instruct-Turbo', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'together', model, { reasoning: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning_content).toBe('Let me look.');
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['openai/gpt-oss-20b', 'off', { reasoning_effort: 'low' }, true],
  ['openai/gpt-oss-20b', 'xhigh', { reasoning_effort: 'high' }, false],
  ['Qwen/Qwen3.6-Plus', 'off', { reasoning: { enabled: false } }, false],
  ['Qwen/Qwen3.10-Plus', 'on', { reasoning: { enabled: true } }, false],
  ['MiniMaxAI/MiniMax-M3', 'hidden', { reasoning: { enabled: true } }, false],
  ['Qwen/Qwen3.5-9B', 'max', { reasoning: { enabled: true }, reasoning_effort: 'high' }, false],
  ['deepseek-ai/DeepSeek-R1', 'on', {}, false],
  ['meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8', 'off', {}, false],
  ['Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8', 'high', {}, true],
  ['moonshotai/Kimi-K2-Instruct-0905', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'together', model }, wish, { sent, isLost });
});

test.each([
  ['low', 'high'],
  ['xhigh', 'max'],
  ['max', 'max'],
] as const)('DeepSeek V4 knows two efforts: %s is %s', (wish, sent) => {
  const to = { vendor: 'together', model: 'deepseek-ai/DeepSeek-V4-Pro' };
  const { body } = translated(to, 'anthropic-messages', question(WISHES[wish]));
  expect(thinkingOf(body)).toEqual({ reasoning: { enabled: true }, reasoning_effort: sent });
});

test('what its schema lacks is left out and named', () => {
  const to = { vendor: 'together', model: 'zai-org/GLM-5.2' };
  const settings = { responseLogprobs: true, logprobs: 2, topK: 3, seed: 7 };
  const { body, dropped } = translated(to, 'gemini', geminiQuestion(settings));
  keepTo(RULES, body);
  expect(body).toMatchObject({ top_k: 3, seed: 7 });
  expect(dropped.toSorted()).toEqual(['logprobs', 'topLogprobs']);
  const choice = { type: 'any', disable_parallel_tool_use: true };
  const asked = toolQuestion({ tool_choice: choice, metadata: { user_id: 'u' } });
  const forced = translated(to, 'anthropic-messages', asked);
  keepTo(RULES, forced.body);
  expect(forced.body.tool_choice).toBe('required');
  expect(forced.dropped.toSorted()).toEqual(['parallelToolCalls', 'strict', 'user']);
});

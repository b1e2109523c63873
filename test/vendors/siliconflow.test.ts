// SiliconFlow: https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions
import { afterAll, describe, expect, test } from 'bun:test';
import type { Json } from '../kit/json.ts';
import { messagesCall, saysOfThinking, TO_MESSAGES } from './answers.ts';
import { agentsWith, chatLoop, checkLoop, keepTo, saidBefore, USUAL, type ChatRules } from './chat-rules.ts';
import { playLoop, stopStandIns } from './tool-loop.ts';
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [...USUAL, ...'top_k min_p frequency_penalty enable_thinking thinking_budget reasoning_effort'.split(' ')],
  assistant: ['reasoning_content'],
  strict: true,
  efforts: ['high', 'max'],
  mostStops: 4,
};
const ON = { enable_thinking: true };
const OFF = { enable_thinking: false };

describe('a thinking tool loop at SiliconFlow', () => {
  test.each(
    agentsWith([
      ['zai-org/GLM-4.6', true, undefined],
      ['deepseek-ai/DeepSeek-R1', undefined, undefined],
      ['deepseek-ai/DeepSeek-V4-Flash', undefined, 'Let me look.'],
    ] as const),
  )('of %s with %s', async (_name, model, agent, [, enabled, back]) => {
    const loop = await chatLoop(agent, 'siliconflow', model, { reasoning_content: 'Let me look.' });
    checkLoop(RULES, loop);
    expect(loop.first.enable_thinking).toBe(enabled);
    expect(saidBefore(loop).reasoning_content).toBe(back);
  });

  test.each(TO_MESSAGES)('of %s by the messages API', async (_name, agent) => {
    const place = { vendor: 'siliconflow', model: 'zai-org/GLM-4.6', backend: { protocol: 'anthropic' } };
    const { paths, second } = await playLoop(agent, { ...place, answer: (tool) => messagesCall(tool, 'made-up') });
    expect(paths[1]).toBe('/v1/messages');
    const said = second.messages.find(({ role }: Json) => role === 'assistant');
    expect(said.content[0]).toEqual({ type: 'thinking', thinking: 'Let me look.', signature: 'made-up' });
  });
});

test.each<[model: string, wish: Wish, sent: Json, isLost: boolean]>([
  ['zai-org/GLM-4.7', 'off', OFF, false],
  ['zai-org/GLM-5', 'on', ON, false],
  ['zai-org/GLM-4.6', 'high', { ...ON, thinking_budget: 24_576 }, false],
  ['Qwen/Qwen3-32B', 'max', { ...ON, thinking_budget: 32_768 }, false],
  ['Qwen/Qwen3.5-397B-A17B', 'off', OFF, false],
  ['Qwen/Qwen3-235B-A22B-Instruct-2507', 'high', {}, true],
  ['Qwen/Qwen2.5-72B-Instruct', 'off', {}, false],
  ['Qwen/QwQ-32B', 'off', {}, true],
  ['Qwen/Qwen3-30B-A3B-Thinking-2507', 'low', { thinking_budget: 1024 }, false],
  ['deepseek-ai/DeepSeek-R1', 'off', {}, true],
  ['deepseek-ai/DeepSeek-V3.2', 'off', OFF, false],
  ['deepseek-ai/DeepSeek-V3.1-Terminus', 'on', ON, false],
  ['deepseek-ai/DeepSeek-V4-Flash', 'low', { reasoning_effort: 'high' }, false],
  ['deepseek-ai/DeepSeek-V4-Flash', 'max', { reasoning_effort: 'max' }, false],
  ['tencent/Hunyuan-A13B-Instruct', 'on', ON, false],
  ['some/unknown-model', 'on', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const to = { vendor: 'siliconflow', model };
  const { body, dropped } = translated(to, 'anthropic-messages', question(WISHES[wish]));
  keepTo(RULES, body);
  expect(saysOfThinking(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

test.each([
  ['deepseek-ai/DeepSeek-V3.1', OFF, ['reasoning']],
  ['deepseek-ai/DeepSeek-V3.1-Terminus', ON, []],
])('%s with tools', (model, sent, lost) => {
  const asked = toolQuestion(WISHES.on);
  const { body, dropped } = translated({ vendor: 'siliconflow', model }, 'anthropic-messages', asked);
  expect(saysOfThinking(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(lost.length > 0);
});

test('fields that it does not document are left out and named', () => {
  const settings = { topK: 5, seed: 1, presencePenalty: 1, frequencyPenalty: 1, responseLogprobs: true };
  const stopSequences = ['a', 'b', 'c', 'd', 'e'];
  const to = { vendor: 'siliconflow', model: 'zai-org/GLM-4.6' };
  const { body, dropped } = translated(to, 'gemini', geminiQuestion({ ...settings, stopSequences }), true);
  keepTo(RULES, body);
  expect(body).toMatchObject({ top_k: 5, frequency_penalty: 1, stop: ['a', 'b', 'c', 'd'] });
  expect(dropped.toSorted()).toEqual(['logprobs', 'presencePenalty', 'seed', 'stop']);
});

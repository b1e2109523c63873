// Fireworks: https://docs.fireworks.ai/guides/reasoning
import { afterAll, describe, expect, test } from 'bun:test';
import {
  agentsWith,
  chatLoop,
  checkThinking,
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
    ...'reasoning_effort top_k min_p seed frequency_penalty presence_penalty logprobs'.split(' '),
    ...'top_logprobs user stream_options parallel_tool_calls'.split(' '),
  ],
  assistant: ['reasoning_content'],
  systemFirst: true,
  efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
  mostStops: 4,
};
const AT = 'accounts/fireworks/models/';

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['accounts/fireworks/models/kimi-k2p6', {}, false],
      ['accounts/fireworks/models/llama-v3p3-70b-instruct', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'fireworks', model, { reasoning_content: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning_content).toBe('Let me look.');
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['glm-5p1', 'off', { reasoning_effort: 'none' }, false],
  ['glm-5p1', 'low', { reasoning_effort: 'high' }, false],
  ['glm-5p1', 'max', { reasoning_effort: 'max' }, false],
  ['deepseek-v4-pro', 'off', { reasoning_effort: 'none' }, false],
  ['deepseek-v3p1', 'xhigh', { reasoning_effort: 'high' }, false],
  ['kimi-k2p5', 'xhigh', { reasoning_effort: 'high' }, false],
  ['kimi-k2p10', 'medium', { reasoning_effort: 'medium' }, false],
  ['gpt-oss-120b', 'off', { reasoning_effort: 'low' }, true],
  ['gpt-oss-120b', 'hidden', { reasoning_effort: 'medium' }, false],
  ['qwen3-8b', 'off', { reasoning_effort: 'none' }, false],
  ['qwen3-235b-a22b-thinking-2507', 'on', {}, false],
  ['qwen3-coder-480b-a35b-instruct', 'on', {}, true],
  ['kimi-k2-instruct-0905', 'on', {}, true],
  ['llama4-maverick-instruct-basic', 'off', {}, false],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const to = { vendor: 'fireworks', model: AT + model };
  const { body, dropped } = translated(to, 'anthropic-messages', question(WISHES[wish]));
  keepTo(RULES, body);
  expect(thinkingOf(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

describe('what it refuses is left out and named', () => {
  const to = { vendor: 'fireworks', model: `${AT}glm-5p1` };
  const source = { type: 'base64', media_type: 'application/pdf', data: 'AAAA' };

  test('strict tools, and a format beside tools', () => {
    const { body, dropped } = translated(to, 'anthropic-messages', toolQuestion());
    keepTo(RULES, body);
    expect(dropped).toEqual(['strict']);
    const tools = [{ functionDeclarations: [{ name: 'look' }] }];
    const beside = translated(to, 'gemini', geminiQuestion({ responseMimeType: 'application/json' }, { tools }));
    expect(beside.body.response_format).toBeUndefined();
    expect(beside.dropped).toEqual(['output']);
  });

  test('a document', () => {
    const messages = [{ role: 'user', content: [{ type: 'document', source }] }];
    expect(translated(to, 'anthropic-messages', question({ messages })).refused).toBe('file');
  });
});

// LM Studio: https://github.com/lmstudio-ai/docs/tree/main/1_developer
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
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';
import { stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL,
    ...'reasoning_effort top_k seed user stream_options parallel_tool_calls'.split(' '),
    ...'frequency_penalty presence_penalty logprobs top_logprobs'.split(' '),
  ],
  strict: true,
  systemFirst: true,
  efforts: ['low', 'medium', 'high'],
};

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['openai/gpt-oss-20b', {}, false],
      ['qwen/qwen3.8-27b', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'lmstudio', model, { reasoning: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(Object.keys(saidBefore(loop))).toEqual(['role', 'content', 'tool_calls']);
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['openai/gpt-oss-20b', 'xhigh', { reasoning_effort: 'high' }, false],
  ['openai/gpt-oss-20b', 'off', { reasoning_effort: 'low' }, true],
  ['qwen/qwen3.8-27b', 'off', {}, true],
  ['llama-3.2-3b-instruct', 'off', {}, false],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'lmstudio', model }, wish, { sent, isLost });
});

describe('what it refuses is said otherwise', () => {
  const to = { vendor: 'lmstudio', model: 'qwen/qwen3.8-27b' };

  test('JSON without a schema is JSON of any object', () => {
    const { body, dropped } = translated(
      to,
      'gemini',
      geminiQuestion({ responseMimeType: 'application/json', topK: 3 }),
    );
    keepTo(RULES, body);
    expect(body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema: { type: 'object' } },
    });
    expect(body.top_k).toBe(3);
    expect(dropped).toEqual([]);
  });

  test('a tool is demanded by offering no other', () => {
    const asked = toolQuestion({ tool_choice: { type: 'tool', name: 'wait' } });
    const { body } = translated(to, 'anthropic-messages', asked);
    expect(body.tool_choice).toBe('required');
    expect(body.tools).toHaveLength(1);
    const any = translated(to, 'anthropic-messages', toolQuestion({ tool_choice: { type: 'any' } }));
    expect(any.body.tool_choice).toBe('required');
    expect(any.body.tools).toHaveLength(2);
  });

  test('a thinking question without tools', () => {
    expect(translated(to, 'anthropic-messages', question(WISHES.on)).dropped).toEqual(['reasoning']);
  });
});

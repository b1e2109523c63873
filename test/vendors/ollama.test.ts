// Ollama: https://docs.ollama.com/api/openai-compatibility
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
import { geminiQuestion, question, toolQuestion, translated, type Wish } from './translated.ts';
import { stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL.filter((field) => field !== 'tool_choice'),
    ...'reasoning_effort seed user stream_options parallel_tool_calls'.split(' '),
    ...'frequency_penalty presence_penalty logprobs top_logprobs'.split(' '),
  ],
  assistant: ['reasoning'],
  strict: true,
  systemFirst: true,
  efforts: ['none', 'low', 'medium', 'high'],
};

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['gpt-oss:20b', {}, false],
      ['qwen3:8b', {}, false],
      ['llama3.2', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'ollama', model, { reasoning: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning).toBe('Let me look.');
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['gpt-oss:120b', 'xhigh', { reasoning_effort: 'high' }, false],
  ['gpt-oss:120b', 'off', { reasoning_effort: 'low' }, true],
  ['qwen3:8b', 'off', { reasoning_effort: 'none' }, false],
  ['qwen3:8b', 'high', {}, false],
  ['a-model-of-mine', 'max', {}, false],
  ['llama3.1:8b', 'off', {}, false],
  ['gemma3:4b', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'ollama', model }, wish, { sent, isLost });
});

describe('choices of tools, which it does not heed', () => {
  const to = { vendor: 'ollama', model: 'llama3.2' };

  test.each([
    [{ type: 'auto' }, ['look', 'wait'], []],
    [{ type: 'any' }, ['look', 'wait'], ['toolChoice']],
    [{ type: 'none' }, undefined, []],
    [{ type: 'tool', name: 'wait' }, ['wait'], ['toolChoice']],
  ])('%p', (choice, offered, lost) => {
    const { body, dropped } = translated(to, 'anthropic-messages', toolQuestion({ tool_choice: choice }));
    keepTo(RULES, body);
    expect(body.tools?.map((tool: { function: { name: string } }) => tool.function.name)).toEqual(offered);
    expect(dropped).toEqual(lost);
  });

  test('it takes the bytes of a picture, and no URL', () => {
    const picture = (source: object) =>
      translated(
        to,
        'anthropic-messages',
        question({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] }),
      );
    const data = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    expect(picture(data).body.messages[0].content[0].image_url.url).toBe('data:image/png;base64,AAAA');
    expect(picture({ type: 'url', url: 'https://x/a.png' }).refused).toBe('image');
  });

  test('settings', () => {
    const { body, dropped } = translated(to, 'gemini', geminiQuestion({ topK: 3, seed: 7, maxOutputTokens: 9 }));
    keepTo(RULES, body);
    expect(body).toMatchObject({ seed: 7, max_tokens: 9 });
    expect(dropped).toEqual(['topK']);
  });
});

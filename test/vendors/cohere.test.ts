// Cohere: https://docs.cohere.com/docs/compatibility-api
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
    ...USUAL,
    ...'reasoning_effort seed frequency_penalty presence_penalty logprobs stream_options user'.split(' '),
  ],
  systemFirst: true,
  efforts: ['none', 'high'],
  mostStops: 5,
};

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['command-a-reasoning-08-2025', { reasoning_effort: 'high' }, false],
      ['command-r-plus-08-2024', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'cohere', model, { reasoning_content: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning_content).toBeUndefined();
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['command-a-plus-05-2026', 'off', { reasoning_effort: 'none' }, false],
  ['command-a-plus-05-2026', 'low', { reasoning_effort: 'high' }, false],
  ['command-a-reasoning-08-2025', 'xhigh', { reasoning_effort: 'high' }, false],
  ['north-mini-code-1-0', 'on', { reasoning_effort: 'high' }, false],
  ['command-a-03-2025', 'off', {}, false],
  ['command-a-vision-07-2025', 'max', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'cohere', model }, wish, { sent, isLost });
});

describe('what it refuses is left out and named', () => {
  const to = { vendor: 'cohere', model: 'command-a-reasoning-08-2025' };

  test('settings', () => {
    const stopSequences = ['a', 'b', 'c', 'd', 'e'];
    const settings = {
      presencePenalty: -1,
      frequencyPenalty: 0.5,
      temperature: 2,
      responseLogprobs: true,
      logprobs: 3,
    };
    const { body, dropped } = translated(to, 'gemini', geminiQuestion({ ...settings, stopSequences, topK: 3 }));
    keepTo(RULES, body);
    expect(body).toMatchObject({ presence_penalty: 0, frequency_penalty: 0.5, temperature: 2, logprobs: true });
    expect(dropped.toSorted()).toEqual(['presencePenalty', 'topK', 'topLogprobs']);
  });

  test.each([
    [{ type: 'auto', disable_parallel_tool_use: true }, undefined, ['look', 'wait'], ['parallelToolCalls', 'strict']],
    [{ type: 'any' }, 'required', ['look', 'wait'], ['strict']],
    [{ type: 'none' }, 'none', ['look', 'wait'], ['strict']],
    [{ type: 'tool', name: 'wait' }, 'required', ['wait'], []],
    [{ type: 'tool', name: 'look' }, 'required', ['look'], ['strict']],
  ])('the choice %p: a tool is demanded by offering no other', (choice, sent, offered, lost) => {
    const { body, dropped } = translated(to, 'anthropic-messages', toolQuestion({ tool_choice: choice }));
    keepTo(RULES, body);
    expect(body.tool_choice).toBe(sent);
    expect(body.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual(offered);
    expect(dropped.toSorted()).toEqual(lost);
  });
});

// Mistral: https://docs.mistral.ai/api and https://docs.mistral.ai/inference/conversations/reasoning
import { afterAll, describe, expect, test } from 'bun:test';
import {
  agentsWith,
  chatLoop,
  checkLoop,
  keepTo,
  saidBefore,
  thinkingOf,
  USUAL,
  type ChatRules,
} from './chat-rules.ts';
import {
  geminiQuestion,
  question,
  responsesQuestion,
  toolQuestion,
  translated,
  WISHES,
  type Wish,
} from './translated.ts';
import { stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL,
    ...'reasoning_effort parallel_tool_calls random_seed presence_penalty frequency_penalty'.split(' '),
  ],
  strict: true,
  systemFirst: true,
  callId: /^[a-zA-Z0-9]{9}$/,
  efforts: ['none', 'high'],
  mostStops: 4,
};
const THINKING = { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Let me look.' }] }] };

describe('a thinking tool loop at Mistral', () => {
  test.each(
    agentsWith([
      ['mistral-small-2603', { reasoning_effort: 'high' }, false],
      ['magistral-medium-latest', {}, false],
      ['devstral-2512', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'mistral', model, THINKING);
    checkLoop(RULES, loop);
    expect(thinkingOf(loop.first)).toEqual(thinking);
    expect(thinkingOf(loop.second)).toEqual(thinking);
    expect(saidBefore(loop).content).toEqual(THINKING.content);
    expect(/thinking|reasoning/i.test(loop.dropped[0] ?? '')).toBe(isLost);
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['mistral-small-latest', 'off', { reasoning_effort: 'none' }, false],
  ['mistral-medium-3-5', 'on', { reasoning_effort: 'high' }, false],
  ['mistral-large-4-0', 'low', { reasoning_effort: 'high' }, false],
  ['mistral-large-4', 'max', { reasoning_effort: 'high' }, false],
  ['mistral-vibe-1', 'hidden', { reasoning_effort: 'high' }, false],
  ['devstral-medium-latest', 'medium', { reasoning_effort: 'high' }, false],
  ['mistral-large-2512', 'high', {}, true],
  ['mistral-large-2512', 'off', {}, false],
  ['mistral-large-latest', 'high', {}, true],
  ['mistral-small-2506', 'on', {}, true],
  ['ministral-8b-2512', 'off', {}, false],
  ['codestral-latest', 'xhigh', {}, true],
  ['magistral-small-2509', 'off', {}, true],
  ['zai-glm-5-3', 'max', { reasoning_effort: 'max' }, false],
  ['zai-glm-5-3', 'medium', { reasoning_effort: 'high' }, false],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const { body, dropped } = translated({ vendor: 'mistral', model }, 'anthropic-messages', question(WISHES[wish]));
  expect(thinkingOf(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

describe('what its schema lacks is left out and named, and what it calls otherwise is called so', () => {
  const to = { vendor: 'mistral', model: 'mistral-small-latest' };

  test('settings', () => {
    const settings = { seed: 7, responseLogprobs: true, logprobs: 2, temperature: 1.8, topK: 5 };
    const stopSequences = ['a', 'b', 'c', 'd', 'e'];
    const { body, dropped } = translated(to, 'gemini', geminiQuestion({ ...settings, stopSequences }), true);
    keepTo(RULES, body);
    expect(body).toMatchObject({ random_seed: 7, temperature: 1.5, stop: ['a', 'b', 'c', 'd'] });
    expect(dropped.toSorted()).toEqual(['logprobs', 'stop', 'temperature', 'topK', 'topLogprobs']);
  });

  test('a user', () => {
    const { body, dropped } = translated(to, 'openai-responses', responsesQuestion({ user: 'u', temperature: 1.5 }));
    keepTo(RULES, body);
    expect(dropped).toEqual(['user']);
  });

  test('an answer that is begun, for the user has the last word', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'The' },
    ];
    const { body } = translated(to, 'anthropic-messages', question({ messages }));
    expect(body.messages.at(-2)).toEqual({ role: 'assistant', content: 'The' });
    expect(body.messages.at(-1).role).toBe('user');
  });

  test('the system between turns comes first', () => {
    const input = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Go' },
    ];
    const { body } = translated(to, 'openai-responses', responsesQuestion({ input }));
    keepTo(RULES, body);
    expect(body.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
  });

  test('a forced tool, with thinking, and a strict one', () => {
    const asked = toolQuestion({ ...WISHES.on, tool_choice: { type: 'tool', name: 'look' } });
    const { body } = translated(to, 'anthropic-messages', asked);
    keepTo(RULES, body);
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'look' } });
    expect(body.tools[0].function.strict).toBe(true);
  });
});

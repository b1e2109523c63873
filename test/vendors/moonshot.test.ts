// Moonshot (Kimi): https://platform.kimi.ai/docs/api/chat, https://github.com/earendil-works/pi/issues/4178 for blanks
import { afterAll, describe, expect, test } from 'bun:test';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Json } from '../kit/json.ts';
import { messagesCall, responsesCall, saysOfThinking, TO_MESSAGES, TO_RESPONSES } from './answers.ts';
import { agentsWith, chatLoop, keepTo, saidBefore, type ChatRules } from './chat-rules.ts';
import { AGENTS, chatCall, playLoop, stopStandIns } from './tool-loop.ts';
import {
  geminiQuestion,
  question,
  responsesQuestion,
  toolQuestion,
  translated,
  WISHES,
  type Wish,
} from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...'model messages stream stream_options tools tool_choice stop max_completion_tokens'.split(' '),
    ...'response_format thinking reasoning_effort logprobs top_logprobs'.split(' '),
  ],
  assistant: ['reasoning_content'],
  strict: true,
  efforts: ['low', 'high', 'max'],
  mostStops: 5,
};

/** Throws for what a model of Kimi refuses. */
function keepToModel(model: string, body: Json): void {
  keepTo(RULES, body);
  const isThird = /^kimi-k[3-9]/.test(model);
  if (isThird || model.startsWith('kimi-k2.7')) expect(body).not.toHaveProperty('thinking');
  if (!isThird) expect(body).not.toHaveProperty('reasoning_effort');
  const isNamed = typeof body.tool_choice === 'object';
  if (isNamed) expect([isThird, body.thinking]).toEqual([false, { type: 'disabled' }]);
  if (body.tool_choice === 'required') expect(isThird).toBe(true);
  for (const { role, tool_calls: calls, reasoning_content: thought } of body.messages)
    if (role === 'assistant' && calls !== undefined) expect(thought ?? '').not.toBe('');
}

describe('a thinking tool loop at Moonshot', () => {
  test.each(agentsWith([['kimi-k3'], ['kimi-k2.7-code'], ['kimi-k2.6']] as const))(
    'of %s with %s',
    async (_name, model, agent) => {
      const loop = await chatLoop(agent, 'moonshot', model, { reasoning_content: 'Let me look.' });
      for (const body of [loop.first, loop.second]) keepToModel(model, body);
      expect(saidBefore(loop).reasoning_content).toBe('Let me look.');
      if (agent.name === 'gemini-cli') expect(loop.dropped[0]).toMatch(/temperature.*topP/);
    },
  );

  test.each(TO_MESSAGES)('of %s by the messages API', async (_name, agent) => {
    const at = { backend: { protocol: 'anthropic' }, base: '/anthropic/v1' };
    const place = { vendor: 'moonshot', model: 'kimi-k3', ...at, answer: (tool: string) => messagesCall(tool, '') };
    const { first, second, paths } = await playLoop(agent, place);
    expect(paths[1]).toBe('/anthropic/v1/messages');
    for (const body of [first, second])
      for (const field of ['thinking', 'temperature', 'top_p', 'top_k']) expect(body).not.toHaveProperty(field);
    const said = second.messages.find(({ role }: Json) => role === 'assistant');
    expect(said.content[0]).toMatchObject({ type: 'thinking', thinking: 'Let me look.' });
  });

  test.each(TO_RESPONSES)('of %s by the responses API', async (_name, agent) => {
    const place = { vendor: 'moonshot', model: 'kimi-k3', backend: { protocol: 'openai-responses' } };
    const { second, paths } = await playLoop(agent, { ...place, answer: responsesCall });
    expect(paths).toEqual(['/v1/responses', '/v1/responses']);
    expect(['low', 'high', 'max']).toContain(second.reasoning.effort);
    expect(second.input.find(({ type }: Json) => type === 'reasoning').content[0].text).toBe('Let me look.');
  });

  test('responses pass to the models that have them, and are chat for the others', async () => {
    const codex = AGENTS.find(({ name }) => name === 'codex')!;
    for (const [model, path, answer] of [
      ['kimi-k2.6', '/v1/chat/completions', (tool: string) => chatCall(tool, { reasoning_content: 'Hm.' })],
      ['kimi-k3', '/v1/responses', wholeResponse],
    ] as const) {
      const { paths } = await playLoop(codex, { vendor: 'moonshot', model, answer });
      expect(paths).toEqual([path, path]);
    }
  });
});

function wholeResponse(tool: string): Json {
  const items = [{ call: { id: 'call_1', name: tool, args: {} } }];
  return openaiResponses.answer({ items, finish: 'tool_calls', usage: { input: 1, output: 1 } });
}

test.each<[model: string, wish: Wish, sent: Json, isLost: boolean]>([
  ['kimi-k3', 'off', { reasoning_effort: 'low' }, true],
  ['kimi-k3', 'low', { reasoning_effort: 'low' }, false],
  ['kimi-k3', 'medium', { reasoning_effort: 'high' }, false],
  ['kimi-k3.1-pro', 'xhigh', { reasoning_effort: 'max' }, false],
  ['kimi-k3.1-pro', 'max', { reasoning_effort: 'max' }, false],
  ['kimi-k4', 'high', { reasoning_effort: 'high' }, false],
  ['kimi-k2.7-code', 'off', {}, true],
  ['kimi-k2.7-code', 'on', {}, false],
  ['kimi-k2.6', 'off', { thinking: { type: 'disabled' } }, false],
  ['kimi-k2.6', 'high', { thinking: { type: 'enabled' } }, false],
  ['kimi-k2.5', 'hidden', { thinking: { type: 'enabled' } }, false],
  ['moonshot-v1-8k', 'off', {}, false],
  ['moonshot-v1-8k', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const { body, dropped } = translated({ vendor: 'moonshot', model }, 'anthropic-messages', question(WISHES[wish]));
  keepToModel(model, body);
  expect(saysOfThinking(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

describe('a demanded tool', () => {
  const asked = (model: string, choice: Json, upstream?: 'anthropic-messages'): ReturnType<typeof translated> =>
    translated(
      { vendor: 'moonshot', model, ...(upstream === undefined ? {} : { upstream }) },
      upstream === undefined ? 'anthropic-messages' : 'openai-responses',
      upstream === undefined
        ? toolQuestion({ ...WISHES.on, tool_choice: choice })
        : responsesQuestion({
            tools: ['look', 'wait'].map((name) => ({ type: 'function', name, parameters: {} })),
            tool_choice: choice,
          }),
    );

  test('is the only one that K3 is offered', () => {
    const { body } = asked('kimi-k3', { type: 'tool', name: 'wait' });
    expect(body.tool_choice).toBe('required');
    expect(body.tools.map(({ function: { name } }: Json) => name)).toEqual(['wait']);
    expect(asked('kimi-k3', { type: 'any' }).body.tools).toHaveLength(2);
    const { body: message } = asked('kimi-k3', { type: 'function', name: 'wait' }, 'anthropic-messages');
    expect([message.tool_choice.type, message.tools.length]).toEqual(['any', 1]);
  });

  test('turns thinking off, has a name, and cannot be had of those that think always', () => {
    const { body, dropped } = asked('kimi-k2.6', { type: 'tool', name: 'look' });
    keepToModel('kimi-k2.6', body);
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'look' } });
    expect(dropped).toContain('reasoning');
    expect(asked('kimi-k2.6', { type: 'any' }).refused).toBe('tool_choice');
    expect(asked('kimi-k2.7-code', { type: 'tool', name: 'look' }).refused).toBe('tool_choice');
    const { body: message } = asked('kimi-k2.6', { type: 'function', name: 'look' }, 'anthropic-messages');
    expect(message).toMatchObject({ thinking: { type: 'disabled' }, tool_choice: { type: 'tool', name: 'look' } });
  });
});

test('settings with one value are left out and named, and stop words are five', () => {
  const settings = { temperature: 0.3, topP: 0.5, presencePenalty: 1, seed: 3, maxOutputTokens: 9 };
  const stopSequences = ['a', 'b', 'c', 'd', 'e', 'f'];
  const to = { vendor: 'moonshot', model: 'kimi-k2.5' };
  const { body, dropped } = translated(to, 'gemini', geminiQuestion({ ...settings, stopSequences }));
  keepTo(RULES, body);
  expect(body.max_completion_tokens).toBe(9);
  expect(dropped.toSorted()).toEqual(['presencePenalty', 'seed', 'stop', 'temperature', 'topP']);
  const old = translated({ ...to, model: 'moonshot-v1-8k' }, 'gemini', geminiQuestion({ temperature: 1.5 }));
  expect([old.body.temperature, old.dropped]).toEqual([1, ['temperature']]);
});

test('a stop word of more than 32 bytes is left out and named', () => {
  const long = 'ä'.repeat(17);
  const ask = (stopSequences: readonly string[]) =>
    translated({ vendor: 'moonshot', model: 'kimi-k3' }, 'gemini', geminiQuestion({ stopSequences }));
  const { body, dropped } = ask(['a', long, 'b']);
  expect([body.stop, dropped]).toEqual([['a', 'b'], ['stop']]);
  expect(ask([long]).body).not.toHaveProperty('stop');
});

test.each([
  ['kimi-k3', [' ', ' ']],
  ['kimi-k2.6', [undefined, ' ']],
  ['moonshot-v1-8k', [undefined, undefined]],
])('turns without thoughts, for %s', (model, thoughts) => {
  const call = { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' };
  const input = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
    call,
    { type: 'function_call_output', call_id: 'c1', output: 'd' },
  ];
  const { body } = translated({ vendor: 'moonshot', model }, 'openai-responses', responsesQuestion({ input }));
  const said = body.messages.filter(({ role }: Json) => role === 'assistant');
  expect(said.map(({ reasoning_content: thought }: Json) => thought)).toEqual(thoughts);
});

test('a picture by its URL is not sent', () => {
  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } };
  const asked = question({ messages: [{ role: 'user', content: [image] }] });
  expect(translated({ vendor: 'moonshot', model: 'kimi-k3' }, 'anthropic-messages', asked).refused).toMatch(/^image/);
});

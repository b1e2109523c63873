// Zhipu (Z.ai): https://docs.z.ai/api-reference/llm/chat-completion, …/guides/capabilities/thinking-mode; what GLM-5.3
// refuses: https://github.com/NousResearch/hermes-agent/issues/96838.
import { afterAll, describe, expect, test } from 'bun:test';
import type { Json } from '../kit/json.ts';
import { messagesCall, responsesCall, saysOfThinking, TO_MESSAGES, TO_RESPONSES } from './answers.ts';
import { agentsWith, chatLoop, checkLoop, keepTo, saidBefore, USUAL, type ChatRules } from './chat-rules.ts';
import { playLoop, stopStandIns } from './tool-loop.ts';
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [...USUAL, 'thinking', 'reasoning_effort', 'user_id'],
  assistant: ['reasoning_content'],
  efforts: ['none', 'low', 'high', 'max'],
  mostStops: 1,
};
const ON = { thinking: { type: 'enabled' } };
const OFF = { thinking: { type: 'disabled' } };

describe('a thinking tool loop at Zhipu', () => {
  test.each(agentsWith([['glm-5.3'], ['glm-4.7'], ['glm-4-32b-0414-128k']] as const))(
    'of %s with %s',
    async (_name, model, agent) => {
      const loop = await chatLoop(agent, 'zhipu', model, { reasoning_content: 'Let me look.' });
      checkLoop(RULES, loop);
      for (const body of [loop.first, loop.second]) {
        if (body.tool_choice !== undefined) expect(body.tool_choice).toBe('auto');
        if (model === 'glm-5.3') expect(body.thinking?.type).not.toBe('disabled');
      }
      if (model !== 'glm-4-32b-0414-128k') expect(loop.first.thinking).toEqual(ON.thinking);
      expect(saidBefore(loop).reasoning_content).toBe('Let me look.');
    },
  );

  test.each(TO_MESSAGES)('of %s by the messages API', async (_name, agent) => {
    const at = { backend: { protocol: 'anthropic' }, base: '/api/anthropic/v1' };
    const { second, paths } = await playLoop(agent, {
      vendor: 'zhipu',
      model: 'glm-5.3',
      ...at,
      answer: (tool) => messagesCall(tool),
    });
    expect(paths[1]).toBe('/api/anthropic/v1/messages');
    const said = second.messages.find(({ role }: Json) => role === 'assistant');
    expect(said.content[0]).toMatchObject({ type: 'thinking', thinking: 'Let me look.' });
  });

  test.each(TO_RESPONSES)('of %s by the responses API', async (_name, agent) => {
    const at = { backend: { protocol: 'openai-responses' }, base: '/api/v1' };
    const { second, paths } = await playLoop(agent, {
      vendor: 'zhipu',
      model: 'glm-5.3',
      ...at,
      answer: responsesCall,
    });
    expect(paths[1]).toBe('/api/v1/responses');
    expect(['low', 'high', 'max']).toContain(second.reasoning.effort);
  });
});

test.each<[model: string, wish: Wish, sent: Json, isLost: boolean]>([
  ['glm-5.3', 'off', { reasoning_effort: 'low' }, true],
  ['glm-5.3-flash', 'off', { reasoning_effort: 'low' }, true],
  ['glm-5.3', 'on', ON, false],
  ['glm-5.3', 'low', { ...ON, reasoning_effort: 'low' }, false],
  ['glm-5.3', 'medium', { ...ON, reasoning_effort: 'high' }, false],
  ['glm-5.3', 'xhigh', { ...ON, reasoning_effort: 'max' }, false],
  ['glm-6', 'max', { ...ON, reasoning_effort: 'max' }, false],
  ['glm-5.2', 'off', { reasoning_effort: 'none' }, false],
  ['glm-5.2', 'low', { ...ON, reasoning_effort: 'high' }, false],
  ['glm-5.2', 'xhigh', { ...ON, reasoning_effort: 'max' }, false],
  ['glm-5.1', 'off', OFF, false],
  ['glm-4.6', 'high', ON, false],
  ['glm-4.5-air', 'hidden', ON, false],
  ['glm-4-32b-0414-128k', 'off', {}, false],
  ['glm-4-32b-0414-128k', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const { body, dropped } = translated({ vendor: 'zhipu', model }, 'anthropic-messages', question(WISHES[wish]));
  keepTo(RULES, body);
  expect(saysOfThinking(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

describe('what its schema lacks', () => {
  const to = { vendor: 'zhipu', model: 'glm-5' };

  test('is left out and named', () => {
    const settings = { temperature: 1.5, topP: 0, topK: 3, seed: 3, presencePenalty: 1, responseLogprobs: true };
    const stopSequences = ['a', 'b'];
    const { body, dropped } = translated(to, 'gemini', geminiQuestion({ ...settings, stopSequences }), true);
    keepTo(RULES, body);
    expect(body).toMatchObject({ temperature: 1, top_p: 0.01, stop: ['a'], stream: true });
    expect(dropped.toSorted()).toEqual(['logprobs', 'presencePenalty', 'seed', 'stop', 'temperature', 'topK', 'topP']);
  });

  test('an id of a user', () => {
    const { body } = translated(to, 'anthropic-messages', question({ metadata: { user_id: 'u1' } }));
    expect(body.user_id).toMatch(/^[\w-]{6,128}$/);
  });

  test('a demanded tool is unsupported, for none no tools are offered, and auto goes without saying', () => {
    const choose = (choice: Json) => translated(to, 'anthropic-messages', toolQuestion({ tool_choice: choice }));
    expect(choose({ type: 'any' }).refused).toBe('tool_choice');
    expect(choose({ type: 'tool', name: 'look' }).refused).toBe('tool_choice');
    expect(choose({ type: 'none' }).body).not.toHaveProperty('tools');
    const { body, dropped } = choose({ type: 'auto' });
    keepTo(RULES, body);
    expect([body.tools.length, dropped]).toEqual([2, ['strict']]);
  });

  test('a schema is told in words', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    const { body } = translated(to, 'anthropic-messages', question({ output_config: { format } }));
    expect(body.response_format).toEqual({ type: 'json_object' });
  });
});

test('by the messages API, a model that thinks always is not told to stop', () => {
  const asked = { input: [{ role: 'user', content: 'a' }], reasoning: { effort: 'none' } };
  const at = (model: string) => ({ vendor: 'zhipu', model, upstream: 'anthropic-messages' });
  const { body, dropped } = translated(at('glm-5.3'), 'openai-responses', asked);
  expect([body.thinking, dropped]).toEqual([undefined, ['reasoning']]);
  expect(translated(at('glm-4.7'), 'openai-responses', asked).body.thinking).toEqual({ type: 'disabled' });
});

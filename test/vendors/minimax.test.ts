// MiniMax: https://platform.minimax.io/docs/api-reference/text-openai-api, …/text-anthropic-api, …/responses-create;
// what is refused: https://github.com/CherryHQ/cherry-studio/issues/16431.
import { afterAll, describe, expect, test } from 'bun:test';
import type { Json } from '../kit/json.ts';
import { messagesCall, responsesCall, saysOfThinking, TO_MESSAGES, TO_RESPONSES } from './answers.ts';
import { agentsWith, chatLoop, checkLoop, saidBefore, keepTo, type ChatRules } from './chat-rules.ts';
import { playLoop, stopStandIns } from './tool-loop.ts';
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...'model messages stream stream_options tools tool_choice temperature top_p'.split(' '),
    ...'max_completion_tokens thinking reasoning_split'.split(' '),
  ],
  assistant: ['reasoning_details'],
};
const SPLIT = { reasoning_split: true };
const ON = { ...SPLIT, thinking: { type: 'adaptive' } };
const DETAIL = { type: 'reasoning.text', id: 'reasoning-text-1', format: 'MiniMax-response-v1', index: 0 };

describe('a thinking tool loop at MiniMax', () => {
  test.each(
    agentsWith([
      [
        'MiniMax-M3',
        { reasoning_content: 'Let me look.', reasoning_details: [{ ...DETAIL, text: 'Let me look.' }] },
        ON,
      ],
      ['MiniMax-M2.7', { reasoning_content: 'Let me look.' }, SPLIT],
    ] as const),
  )('of %s with %s', async (_name, model, agent, [, thought, thinking]) => {
    const loop = await chatLoop(agent, 'minimax', model, thought);
    checkLoop(RULES, loop);
    for (const body of [loop.first, loop.second]) {
      expect(saysOfThinking(body)).toEqual(thinking);
      for (const { function: tool } of body.tools) expect(tool.parameters.type).toBe('object');
    }
    const [detail, ...more] = saidBefore(loop).reasoning_details;
    expect(more).toEqual([]);
    expect(detail).toMatchObject(
      model === 'MiniMax-M3' ? { ...DETAIL, text: 'Let me look.' } : { text: 'Let me look.' },
    );
  });

  test.each(TO_MESSAGES)('of %s by the messages API', async (_name, agent) => {
    const at = { backend: { protocol: 'anthropic' }, base: '/anthropic/v1' };
    const { first, second } = await playLoop(agent, {
      vendor: 'minimax',
      model: 'MiniMax-M3',
      ...at,
      answer: (tool) => messagesCall(tool, 'sig'),
    });
    expect(first.thinking).toEqual({ type: 'adaptive' });
    expect(first).not.toHaveProperty('output_config');
    const said = second.messages.find(({ role }: Json) => role === 'assistant');
    expect(said.content[0]).toEqual({ type: 'thinking', thinking: 'Let me look.', signature: 'sig' });
  });

  test.each(TO_RESPONSES)('of %s by the responses API', async (_name, agent) => {
    const at = { backend: { protocol: 'openai-responses' } };
    const { second } = await playLoop(agent, { vendor: 'minimax', model: 'MiniMax-M3', ...at, answer: responsesCall });
    expect(['minimal', 'low', 'medium', 'high']).toContain(second.reasoning.effort);
  });
});

test.each<[model: string, wish: Wish, sent: Json, isLost: boolean]>([
  ['MiniMax-M3', 'off', { ...SPLIT, thinking: { type: 'disabled' } }, false],
  ['MiniMax-M3', 'on', ON, false],
  ['MiniMax-M3', 'xhigh', ON, false],
  ['MiniMax-M3.1-Flash-Preview', 'hidden', ON, false],
  ['MiniMax-M10', 'on', ON, false],
  ['MiniMax-M2.5', 'off', SPLIT, true],
  ['MiniMax-M2.5-highspeed', 'on', SPLIT, false],
  ['MiniMax-M2', 'high', SPLIT, false],
  ['MiniMax-Text-01', 'high', SPLIT, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const { body, dropped } = translated({ vendor: 'minimax', model }, 'anthropic-messages', question(WISHES[wish]));
  keepTo(RULES, body);
  expect(saysOfThinking(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

test.each([
  ['MiniMax-M3', 2, 2],
  ['MiniMax-M2.7', 1, 1],
])('%s takes a temperature of %p at most; what is not known is left out and named', (model, most, sent) => {
  const settings = { temperature: 2, seed: 1, presencePenalty: 1, frequencyPenalty: 1, stopSequences: ['a'] };
  const format = { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' } };
  const { body, dropped } = translated(
    { vendor: 'minimax', model },
    'gemini',
    geminiQuestion({ ...settings, ...format }),
  );
  keepTo(RULES, body);
  expect(body.temperature).toBe(sent);
  expect(dropped.toSorted()).toEqual(
    ['frequencyPenalty', 'output', 'presencePenalty', 'seed', 'stop', ...(most < 2 ? ['temperature'] : [])].toSorted(),
  );
  expect(body.messages[0].content).toContain('JSON');
});

test('a tool of no parameters has an empty schema, and a demanded one is demanded', () => {
  const asked = toolQuestion({ tool_choice: { type: 'any' } });
  const { body, dropped } = translated({ vendor: 'minimax', model: 'MiniMax-M3' }, 'anthropic-messages', asked);
  keepTo(RULES, body);
  expect(body.tool_choice).toBe('required');
  expect(dropped).toEqual(['strict']);
  const bare = { input: 'a', tools: [{ type: 'function', name: 'look', strict: false }] };
  const { body: other } = translated({ vendor: 'minimax', model: 'MiniMax-M3' }, 'openai-responses', bare);
  expect(other.tools[0].function.parameters).toEqual({ type: 'object', properties: {} });
});

test('by the messages API, M2 is not told of thinking, and stop sequences are named', () => {
  const asked = { messages: [{ role: 'user', content: 'a' }], reasoning_effort: 'high', stop: ['a'] };
  const to = { vendor: 'minimax', model: 'MiniMax-M2.5', upstream: 'anthropic-messages' };
  const { body, dropped } = translated(to, 'openai-chat', asked);
  expect([body.thinking, body.stop_sequences]).toEqual([undefined, undefined]);
  expect(dropped.toSorted()).toEqual(['reasoning', 'stop']);
});

// Qwen (Alibaba Cloud Model Studio): https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference,
// …/deep-thinking; models that cannot be told not to think: https://github.com/QwenLM/qwen-code/pull/8472.
import { afterAll, describe, expect, test } from 'bun:test';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Json } from '../kit/json.ts';
import { messagesCall, responsesCall, saysOfThinking, TO_MESSAGES, TO_RESPONSES } from './answers.ts';
import { agentsWith, chatLoop, checkLoop, keepTo, saidBefore, USUAL, type ChatRules } from './chat-rules.ts';
import { AGENTS, chatCall, playLoop, stopStandIns } from './tool-loop.ts';
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL,
    ...'stream_options seed top_k presence_penalty parallel_tool_calls enable_thinking'.split(' '),
    ...'thinking_budget reasoning_effort'.split(' '),
  ],
  assistant: ['reasoning_content'],
  efforts: ['low', 'medium', 'xhigh'],
};

/** Throws for what a model refuses. */
function keepToModel(model: string, body: Json): void {
  keepTo(RULES, body);
  const both = body.reasoning_effort !== undefined && body.thinking_budget !== undefined;
  expect(both).toBe(false);
  if (/preview|thinking|qwq|qvq/.test(model)) expect(body.enable_thinking ?? true).toBe(true);
  if (!/3\.[89]/.test(model)) expect(body).not.toHaveProperty('reasoning_effort');
  expect(body.tool_choice).not.toBe('required');
  if (typeof body.tool_choice === 'object') expect(body.enable_thinking).toBe(false);
}

const ON = { enable_thinking: true };
const OFF = { enable_thinking: false };

describe('a thinking tool loop at Qwen', () => {
  test.each(agentsWith([['qwen3.8-max'], ['qwen3-235b-a22b-thinking-2507'], ['qwen-plus']] as const))(
    'of %s with %s',
    async (_name, model, agent) => {
      const loop = await chatLoop(agent, 'qwen', model, { reasoning_content: 'Let me look.' });
      checkLoop(RULES, loop);
      for (const body of [loop.first, loop.second]) keepToModel(model, body);
      expect(saidBefore(loop).reasoning_content).toBe('Let me look.');
      if (model === 'qwen-plus') expect(loop.first.enable_thinking).toBe(true);
    },
  );

  test.each(TO_MESSAGES)('of %s by the messages API', async (_name, agent) => {
    const at = { backend: { protocol: 'anthropic' }, base: '/apps/anthropic/v1' };
    const { first, second } = await playLoop(agent, {
      vendor: 'qwen',
      model: 'qwen3.6-plus',
      ...at,
      answer: (tool) => messagesCall(tool, ''),
    });
    expect(first.thinking.type).toBe('enabled');
    const said = second.messages.find(({ role }: Json) => role === 'assistant');
    expect(said.content[0]).toMatchObject({ type: 'thinking', thinking: 'Let me look.' });
  });

  test.each(TO_RESPONSES)('of %s by the responses API', async (_name, agent) => {
    const at = { backend: { protocol: 'openai-responses' }, base: '/compatible-mode/v1' };
    const { second, paths } = await playLoop(agent, {
      vendor: 'qwen',
      model: 'qwen3.8-max',
      ...at,
      answer: responsesCall,
    });
    expect(paths[1]).toBe('/compatible-mode/v1/responses');
    expect(['low', 'medium', 'xhigh']).toContain(second.reasoning.effort);
  });

  test('responses pass to the models that have them, and are chat for the others', async () => {
    const codex = AGENTS.find(({ name }) => name === 'codex')!;
    const response = (tool: string): Json =>
      openaiResponses.answer({
        items: [{ call: { id: 'call_1', name: tool, args: {} } }],
        finish: 'tool_calls',
        usage: { input: 1, output: 1 },
      });
    for (const [model, path, answer] of [
      ['qwen2.5-72b-instruct', 'chat/completions', (tool: string) => chatCall(tool, {})],
      ['qwen3.5-plus', 'responses', response],
    ] as const) {
      const { paths } = await playLoop(codex, { vendor: 'qwen', model, base: '/compatible-mode/v1', answer });
      expect(new Set(paths)).toEqual(new Set([`/compatible-mode/v1/${path}`]));
    }
  });
});

test.each<[model: string, wish: Wish, sent: Json, isLost: boolean]>([
  ['qwen3.8-max', 'off', OFF, false],
  ['qwen3.8-max', 'low', { reasoning_effort: 'low' }, false],
  ['qwen3.8-flash', 'medium', { reasoning_effort: 'medium' }, false],
  ['qwen3.8-flash', 'high', { reasoning_effort: 'xhigh' }, false],
  ['qwen3.9-max', 'max', { reasoning_effort: 'xhigh' }, false],
  ['qwen3.8-max-preview', 'off', { reasoning_effort: 'low' }, true],
  ['qwen3.8-max-preview', 'hidden', { reasoning_effort: 'medium' }, false],
  ['qwen-plus', 'off', OFF, false],
  ['qwen-plus', 'on', ON, false],
  ['qwen-plus', 'low', { ...ON, thinking_budget: 1024 }, false],
  ['qwen3.7-max', 'max', { ...ON, thinking_budget: 32_768 }, false],
  ['qwen3.5-plus', 'high', { ...ON, thinking_budget: 24_576 }, false],
  ['qwq-plus', 'off', {}, true],
  ['qwq-plus', 'high', { thinking_budget: 24_576 }, false],
  ['qwen3-next-80b-a3b-thinking', 'on', {}, false],
  ['qwen3-coder-plus', 'off', {}, false],
  ['qwen3-coder-plus', 'high', {}, true],
  ['qwen-max', 'on', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  const { body, dropped } = translated({ vendor: 'qwen', model }, 'anthropic-messages', question(WISHES[wish]), true);
  keepToModel(model, body);
  expect(saysOfThinking(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
});

test('a budget stands for the word, within its bounds', () => {
  const budget = (model: string, thinkingBudget: number): Json =>
    saysOfThinking(
      translated({ vendor: 'qwen', model }, 'gemini', geminiQuestion({ thinkingConfig: { thinkingBudget } })).body,
    );
  expect(budget('qwen3.8-max', 100_000)).toEqual({ thinking_budget: 100_000 });
  expect(budget('qwen-plus', 100_000)).toEqual({ ...ON, thinking_budget: 32_768 });
  expect(budget('qwen-plus', 5)).toEqual({ ...ON, thinking_budget: 128 });
});

describe('open weights think in streams alone', () => {
  test.each([
    ['qwen3-32b', true, ON, []],
    ['qwen3-32b', false, OFF, ['reasoning']],
    ['qwen3.5-397b-a17b', false, ON, []],
  ] as const)('%s, streamed: %p', (model, stream, sent, lost) => {
    const asked = question(WISHES.on);
    const { body, dropped } = translated({ vendor: 'qwen', model }, 'anthropic-messages', asked, stream);
    expect(saysOfThinking(body)).toEqual(sent);
    expect(dropped).toEqual([...lost]);
  });

  test('and are told so where nothing is said of it', () => {
    const to = { vendor: 'qwen', model: 'qwen3-8b' };
    expect(translated(to, 'anthropic-messages', question()).body.enable_thinking).toBe(false);
    expect(translated(to, 'anthropic-messages', question(), true).body).not.toHaveProperty('enable_thinking');
  });
});

describe('a demanded tool', () => {
  const look = { type: 'tool', name: 'look' };
  test.each<[model: string, choice: Json, sent: Json, refused: string | undefined]>([
    ['qwen-plus', look, 'look', undefined],
    ['qwen3.8-max', look, 'look', undefined],
    ['qwen3-coder-plus', look, 'look', undefined],
    ['qwen-plus', { type: 'any' }, undefined, 'tool_choice'],
    ['qwen3.8-max-preview', look, undefined, 'tool_choice'],
    ['qwq-plus', look, undefined, 'tool_choice'],
  ])('of %s: %j', (model, choice, sent, refused) => {
    const asked = toolQuestion({ ...WISHES.on, tool_choice: choice });
    const result = translated({ vendor: 'qwen', model }, 'anthropic-messages', asked, true);
    expect(result.refused).toBe(refused);
    expect(result.body?.tool_choice?.function.name).toBe(sent);
    if (refused === undefined && model !== 'qwen3-coder-plus') keepToModel(model, result.body);
  });

  test('of one, any is that one', () => {
    const tools = [{ name: 'look', input_schema: { type: 'object', properties: {} } }];
    const asked = question({ tools, tool_choice: { type: 'any' } });
    const { body } = translated({ vendor: 'qwen', model: 'qwen-plus' }, 'anthropic-messages', asked);
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'look' } });
  });
});

test.each<[model: string, wish: Wish, sent: Json]>([
  ['qwen3.7-plus', 'off', 'json_schema'],
  ['qwen-plus', 'off', 'json_object'],
  ['qwen3.7-plus', 'on', undefined],
  ['qwen-plus', 'on', undefined],
])('a schema, for %s with thinking %s', (model, wish, sent) => {
  const format = { format: { type: 'json_schema', schema: { type: 'object' } } };
  const asked = question({ ...WISHES[wish], output_config: format });
  const { body } = translated({ vendor: 'qwen', model }, 'anthropic-messages', asked);
  expect(body.response_format?.type).toBe(sent);
  if (sent !== 'json_schema') expect(body.messages[0].content).toContain('JSON');
});

test('settings that it lacks are left out and named', () => {
  const settings = { temperature: 2, topP: 0, topK: 5, seed: 1, presencePenalty: 1, frequencyPenalty: 1 };
  const to = { vendor: 'qwen', model: 'qwen-plus' };
  const { body, dropped } = translated(to, 'gemini', geminiQuestion({ ...settings, responseLogprobs: true }));
  keepTo(RULES, body);
  expect(body).toMatchObject({ temperature: 1.99, top_p: 0.01, top_k: 5, seed: 1, presence_penalty: 1 });
  expect(dropped.toSorted()).toEqual(['frequencyPenalty', 'logprobs', 'temperature', 'topP']);
});

// vLLM: https://docs.vllm.ai/en/latest/features/reasoning_outputs.html
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
    ...'reasoning_effort include_reasoning chat_template_kwargs top_k min_p seed user'.split(' '),
    ...'stream_options parallel_tool_calls frequency_penalty presence_penalty logprobs top_logprobs'.split(' '),
  ],
  assistant: ['reasoning'],
  strict: true,
  systemFirst: true,
  efforts: ['none', 'low', 'medium', 'high'],
};
const ON = { chat_template_kwargs: { enable_thinking: true, thinking: true } };
const OFF = { chat_template_kwargs: { enable_thinking: false, thinking: false } };

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['Qwen/Qwen3-32B', { chat_template_kwargs: { enable_thinking: true, thinking: true } }, false],
      ['openai/gpt-oss-120b', {}, false],
      ['meta-llama/Llama-3.3-70B-Instruct', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'vllm', model, { reasoning: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning).toBe('Let me look.');
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['Qwen/Qwen3-32B', 'off', OFF, false],
  ['Qwen/Qwen3-32B', 'on', ON, false],
  ['nvidia/Nemotron-3-Ultra', 'low', { ...ON, reasoning_effort: 'low' }, false],
  ['some/model', 'hidden', { ...ON, include_reasoning: false }, false],
  ['openai/gpt-oss-20b', 'off', { reasoning_effort: 'low' }, true],
  ['openai/gpt-oss-20b', 'hidden', { reasoning_effort: 'medium', include_reasoning: false }, false],
  ['mistralai/Mistral-Small-4-119B-2603', 'low', { reasoning_effort: 'high' }, false],
  ['mistralai/Mistral-Small-4-119B-2603', 'off', { reasoning_effort: 'none' }, false],
  ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', 'on', {}, true],
  ['meta-llama/Llama-3.1-8B-Instruct', 'off', {}, false],
  ['mistralai/Magistral-Small-2509', 'high', {}, false],
  ['mistralai/Magistral-Small-2509', 'hidden', { include_reasoning: false }, false],
  ['mistralai/Magistral-Small-2509', 'off', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'vllm', model }, wish, { sent, isLost });
});

test("Mistral's own tokenizers want what Mistral wants", () => {
  const messages = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_01A09q90qw90lq917835lq9', name: 'look', input: {} }],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01A09q90qw90lq917835lq9', content: 'a' }] },
    { role: 'user', content: 'Go on.' },
  ];
  const to = { vendor: 'vllm', model: 'mistralai/Devstral-Small-2507' };
  const { body } = translated(to, 'anthropic-messages', toolQuestion({ messages }));
  keepTo({ ...RULES, callId: /^[a-zA-Z0-9]{9}$/ }, body);
  expect(body.messages.map(({ role }: { role: string }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
  ]);
});

test('settings that it takes are sent', () => {
  const settings = { topK: 3, seed: 7, responseLogprobs: true, logprobs: 2, presencePenalty: 1 };
  const { body, dropped } = translated({ vendor: 'vllm', model: 'm' }, 'gemini', geminiQuestion(settings));
  keepTo(RULES, body);
  expect(body).toMatchObject({ top_k: 3, seed: 7, logprobs: true, top_logprobs: 2, presence_penalty: 1 });
  expect(dropped).toEqual([]);
});

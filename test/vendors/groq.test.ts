// Groq: https://console.groq.com/docs/reasoning and https://console.groq.com/docs/openai
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
import { responsesCall, TO_RESPONSES } from './answers.ts';
import { playLoop, stopStandIns } from './tool-loop.ts';
import { geminiQuestion, question, toolQuestion, translated, WISHES, type Wish } from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL.filter((field) => field !== 'max_tokens'),
    ...'max_completion_tokens reasoning_effort reasoning_format include_reasoning stream_options'.split(' '),
    ...'parallel_tool_calls seed user'.split(' '),
  ],
  assistant: ['reasoning'],
  strict: true,
  systemFirst: true,
  efforts: ['none', 'default', 'low', 'medium', 'high'],
  mostStops: 4,
};

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      ['openai/gpt-oss-120b', {}, false],
      ['qwen/qwen3.6-27b', { reasoning_effort: 'default', reasoning_format: 'parsed' }, false],
      ['llama-3.3-70b-versatile', {}, true],
    ] as const),
  )('of %s with %s', async (_agent, model, agent, [, thinking, isLost]) => {
    const loop = await chatLoop(agent, 'groq', model, { reasoning: 'Let me look.' });
    checkThinking(RULES, loop, { thinking, isLost });
    expect(saidBefore(loop).reasoning).toBe('Let me look.');
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['openai/gpt-oss-20b', 'off', { reasoning_effort: 'low' }, true],
  ['openai/gpt-oss-20b', 'on', { reasoning_effort: 'medium' }, false],
  ['openai/gpt-oss-20b', 'xhigh', { reasoning_effort: 'high' }, false],
  ['openai/gpt-oss-20b', 'hidden', { reasoning_effort: 'medium', include_reasoning: false }, false],
  ['qwen/qwen3-32b', 'off', { reasoning_effort: 'none', reasoning_format: 'parsed' }, false],
  ['qwen/qwen3.8-27b', 'max', { reasoning_effort: 'default', reasoning_format: 'parsed' }, false],
  ['qwen/qwen3-32b', 'hidden', { reasoning_effort: 'default', reasoning_format: 'hidden' }, false],
  ['llama-3.1-8b-instant', 'off', {}, false],
  ['meta-llama/llama-4-scout-17b-16e-instruct', 'high', {}, true],
  ['moonshotai/kimi-k2-instruct-0905', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'groq', model }, wish, { sent, isLost });
});

describe('what it refuses is left out and named', () => {
  const gptOss = { vendor: 'groq', model: 'openai/gpt-oss-120b' };
  const schema = { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT', properties: {} } };
  const tools = [{ functionDeclarations: [{ name: 'look' }] }];

  test('settings', () => {
    const settings = { responseLogprobs: true, logprobs: 2, presencePenalty: 1, topK: 3, seed: 7, maxOutputTokens: 9 };
    const { body, dropped } = translated(gptOss, 'gemini', geminiQuestion(settings));
    keepTo(RULES, body);
    expect(body).toMatchObject({ seed: 7, max_completion_tokens: 9 });
    expect(dropped.toSorted()).toEqual(['logprobs', 'presencePenalty', 'topK', 'topLogprobs']);
  });

  test('a schema of the answer where the model has none, beside tools, or in a stream', () => {
    const asked = geminiQuestion(schema);
    expect(translated(gptOss, 'gemini', asked).body.response_format.type).toBe('json_schema');
    const llama = translated({ ...gptOss, model: 'llama-3.3-70b-versatile' }, 'gemini', asked);
    expect(llama.body.response_format).toEqual({ type: 'json_object' });
    expect(llama.dropped).toEqual(['output']);
    for (const { body, dropped } of [
      translated(gptOss, 'gemini', { ...asked, tools }),
      translated(gptOss, 'gemini', asked, true),
    ]) {
      expect(body.response_format).toBeUndefined();
      expect(body.messages[0].content).toContain('JSON schema');
      expect(dropped).toEqual(['output']);
    }
  });

  test('documents, which it does not take', () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: 'AAAA' };
    const messages = [{ role: 'user', content: [{ type: 'document', source }] }];
    expect(translated(gptOss, 'anthropic-messages', question({ messages })).refused).toBe('file');
  });

  test('a forced tool is demanded while it thinks', () => {
    const asked = toolQuestion({ ...WISHES.on, tool_choice: { type: 'any' } });
    expect(translated(gptOss, 'anthropic-messages', asked).body.tool_choice).toBe('required');
  });
});

// https://console.groq.com/docs/responses-api: not supported are `store`, `include`, `safety_identifier` and others.
test.each(TO_RESPONSES)('its responses, where they are asked for, by %s', async (_name, agent) => {
  const { first, second, paths } = await playLoop(agent, {
    vendor: 'groq',
    model: 'openai/gpt-oss-120b',
    backend: { protocol: 'openai-responses' },
    answer: responsesCall,
  });
  expect(paths).toEqual(['/v1/responses', '/v1/responses']);
  for (const body of [first, second]) {
    for (const field of ['store', 'include', 'safety_identifier', 'user', 'truncation', 'prompt_cache_key'])
      expect(body).not.toHaveProperty(field);
    expect(Object.keys(body.reasoning)).toEqual(['effort']);
  }
});

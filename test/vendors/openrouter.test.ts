// OpenRouter: https://openrouter.ai/docs/use-cases/reasoning-tokens
import { afterAll, describe, expect, test } from 'bun:test';
import { anthropicMessages } from '../dialects/anthropic-messages.ts';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Dialect } from '../dialects/spoken.ts';
import type { Json } from '../kit/json.ts';
import {
  agentsWith,
  checkLoop,
  checkWish,
  keepTo,
  saidBefore,
  thinkingOf,
  USUAL,
  type ChatRules,
} from './chat-rules.ts';
import { AGENTS, chatCall, playLoop, stopStandIns } from './tool-loop.ts';
import { geminiQuestion, question, translated, type Wish } from './translated.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [
    ...USUAL,
    ...'reasoning top_k min_p seed user verbosity logprobs top_logprobs stream_options'.split(' '),
    ...'frequency_penalty presence_penalty parallel_tool_calls'.split(' '),
  ],
  assistant: ['reasoning', 'reasoning_details'],
  strict: true,
  mostStops: 4,
};
const DETAIL = { type: 'reasoning.text', text: 'Let me look.', signature: 'sig', format: 'google-gemini-v1', index: 0 };
const [claudeCode, codex, geminiCli] = AGENTS;

const messageCall = answerOf(anthropicMessages, 'sig');
const responseCall = answerOf(openaiResponses, 'sealed');

function answerOf(dialect: Dialect, signature: string): (tool: string) => Json {
  return (name) =>
    dialect.answer({
      items: [{ thought: 'Let me look.', signature }, { call: { id: 'call_1', name, args: {} } }],
      finish: 'tool_calls',
      usage: { input: 1, output: 1 },
    });
}

describe('a thinking tool loop', () => {
  test.each(
    agentsWith([
      [
        'google/gemini-3.1-pro-preview',
        { reasoning: 'Let me look.', reasoning_details: [DETAIL] },
        'reasoning_details',
      ],
      ['deepseek/deepseek-v3.2', { reasoning: 'Let me look.' }, 'reasoning'],
    ] as const),
  )('of %s over chat completions with %s', async (_agent, model, agent, [, thought, field]) => {
    const answer = (tool: string) => chatCall(tool, thought);
    const loop = await playLoop(agent, { vendor: 'openrouter', model, backend: { protocol: 'openai' }, answer });
    checkLoop(RULES, loop);
    expect(Object.keys(thinkingOf(loop.first))).toEqual(['reasoning']);
    const said = saidBefore(loop);
    expect(said[field]).toEqual(field === 'reasoning' ? 'Let me look.' : [DETAIL]);
    expect(said[field === 'reasoning' ? 'reasoning_details' : 'reasoning']).toBeUndefined();
  });

  test('of Gemini CLI with Claude, over Messages', async () => {
    const { paths, first, second } = await playLoop(geminiCli!, {
      vendor: 'openrouter',
      model: 'anthropic/claude-opus-4.8',
      answer: messageCall,
    });
    expect(paths).toEqual(['/v1/messages', '/v1/messages']);
    expect(first.thinking).toEqual({ type: 'adaptive', display: 'summarized' });
    const { content } = second.messages.findLast(({ role }: { role: string }) => role === 'assistant');
    expect(content[0]).toEqual({ type: 'thinking', thinking: 'Let me look.', signature: 'sig' });
  });

  test("of Gemini CLI with OpenAI's, over Responses", async () => {
    const { paths, first, second } = await playLoop(geminiCli!, {
      vendor: 'openrouter',
      model: 'openai/gpt-5.4',
      answer: responseCall,
    });
    expect(paths).toEqual(['/v1/responses', '/v1/responses']);
    expect(first.store).toBe(false);
    expect(first.reasoning.effort).toBe('medium');
    expect(second.input).toContainEqual(expect.objectContaining({ type: 'reasoning', encrypted_content: 'sealed' }));
  });

  test('with thoughts of others for a model of OpenAI, which refuses them', () => {
    const said = [
      { role: 'user', parts: [{ text: 'Q' }] },
      { role: 'model', parts: [{ text: 'Let me look.', thought: true }, { functionCall: { id: 'c', name: 'look' } }] },
      { role: 'user', parts: [{ functionResponse: { id: 'c', name: 'look', response: { output: 'r' } } }] },
    ];
    const itemsFor = (model: string) => {
      const asked = { vendor: 'openrouter', model, upstream: 'openai-responses' } as const;
      return translated(asked, 'gemini', geminiQuestion({}, { contents: said })).body.input.map(
        ({ type, role }: { type?: string; role?: string }) => type ?? role,
      );
    };
    expect(itemsFor('openai/gpt-5.4')).toEqual(['user', 'function_call', 'function_call_output']);
    expect(itemsFor('z-ai/glm-5.2')).toEqual(['user', 'reasoning', 'function_call', 'function_call_output']);
  });

  test.each([
    ['Claude Code', claudeCode!, '/v1/messages?beta=true', messageCall],
    ['Codex', codex!, '/v1/responses', responseCall],
  ] as const)('of %s with any model, as it is', async (_name, agent, path, answer) => {
    const { paths, dropped } = await playLoop(agent, { vendor: 'openrouter', model: 'z-ai/glm-5.2', answer });
    expect(paths).toEqual([path, path]);
    expect(dropped).toEqual([undefined, undefined]);
  });
});

test.each<[model: string, wish: Wish, sent: object, isLost: boolean]>([
  ['deepseek/deepseek-v3.2', 'off', { reasoning: { enabled: false } }, false],
  ['deepseek/deepseek-v3.2', 'on', { reasoning: { effort: 'medium' } }, false],
  ['nvidia/nemotron-3-ultra', 'xhigh', { reasoning: { effort: 'xhigh' } }, false],
  ['deepseek/deepseek-v3.2', 'hidden', { reasoning: { effort: 'medium', exclude: true } }, false],
  ['openai/gpt-oss-120b', 'off', { reasoning: { effort: 'low' } }, true],
  ['openai/gpt-oss-120b', 'max', { reasoning: { effort: 'high' } }, false],
  ['meta-llama/llama-3.3-70b-instruct', 'high', {}, true],
])('%s with thinking %s', (model, wish, sent, isLost) => {
  checkWish(RULES, { vendor: 'openrouter', model }, wish, { sent, isLost });
});

test('a budget is a number of tokens, which goes without an effort', () => {
  const to = { vendor: 'openrouter', model: 'google/gemini-2.5-flash' };
  const asked = question({ thinking: { type: 'enabled', budget_tokens: 5000 } });
  expect(translated(to, 'anthropic-messages', asked).body.reasoning).toEqual({ max_tokens: 5000 });
});

test('the least thinking of the newest Claude is said in an effort, for Messages lacks the word there', () => {
  const to = { vendor: 'openrouter', model: 'anthropic/claude-sonnet-5.5', upstream: 'anthropic-messages' } as const;
  const { body, dropped } = translated(to, 'gemini', geminiQuestion({ thinkingConfig: { thinkingBudget: 0 } }));
  expect(body.thinking).toBeUndefined();
  expect(body.output_config).toEqual({ effort: 'low' });
  expect(dropped).toEqual(['reasoning']);
});

test('settings that it takes are sent', () => {
  const settings = { topK: 3, seed: 7, stopSequences: ['a', 'b', 'c', 'd', 'e'] };
  const { body, dropped } = translated(
    { vendor: 'openrouter', model: 'z-ai/glm-5.2' },
    'gemini',
    geminiQuestion(settings),
  );
  keepTo(RULES, body);
  expect(body).toMatchObject({ top_k: 3, seed: 7, stop: ['a', 'b', 'c', 'd'] });
  expect(dropped).toEqual(['stop']);
});

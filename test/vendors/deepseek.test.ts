// DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion, …/guides/thinking_mode, …/guides/anthropic_api
import { afterAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { startUpstream } from '../kit/upstream.ts';
import { messagesCall, responsesCall, TO_MESSAGES, TO_RESPONSES } from './answers.ts';
import { agentsWith, chatLoop, checkLoop, keepTo, saidBefore, USUAL, type ChatRules } from './chat-rules.ts';
import {
  geminiQuestion,
  question,
  responsesQuestion,
  toolQuestion,
  translated,
  WISHES,
  type Wish,
} from './translated.ts';
import { playLoop, stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const RULES: ChatRules = {
  fields: [...USUAL, 'thinking', 'reasoning_effort', 'stream_options', 'user_id', 'logprobs', 'top_logprobs'],
  assistant: ['reasoning_content'],
  efforts: ['low', 'high', 'max'],
  mostStops: 16,
};
const to = { vendor: 'deepseek', model: 'deepseek-flash' };
const ON = { type: 'enabled' };

/** Throws for what is refused while the model thinks, which it does unless it is told not to. */
function keepToThinking(body: Json): void {
  keepTo(RULES, body);
  if (body.thinking?.type === 'disabled') return;
  for (const field of ['tool_choice', 'temperature', 'top_p', 'presence_penalty', 'frequency_penalty'])
    expect(body).not.toHaveProperty(field);
  if (body.tools === undefined) return;
  for (const message of body.messages) if (message.role === 'assistant') expect(message.reasoning_content).not.toBe('');
}

describe('a thinking tool loop at DeepSeek', () => {
  test.each(agentsWith([['deepseek-flash'], ['deepseek-v4-pro']] as const))(
    'of %s with %s',
    async (_name, model, agent) => {
      const loop = await chatLoop(agent, 'deepseek', model, { reasoning_content: 'Let me look.' });
      checkLoop(RULES, loop);
      for (const body of [loop.first, loop.second]) keepToThinking(body);
      expect(loop.first.thinking).toEqual(loop.second.thinking);
      expect(saidBefore(loop)).toMatchObject({ reasoning_content: 'Let me look.', content: null });
    },
  );

  test.each(TO_MESSAGES)('of %s by the messages API', async (_name, agent) => {
    const at = { backend: { protocol: 'anthropic' }, base: '/anthropic/v1' };
    const { paths, second } = await playLoop(agent, { ...to, ...at, answer: (tool) => messagesCall(tool) });
    expect(paths).toEqual(['/anthropic/v1/messages', '/anthropic/v1/messages']);
    const said = second.messages.find(({ role }: Json) => role === 'assistant');
    expect(said.content[0]).toEqual({ type: 'thinking', thinking: 'Let me look.', signature: '' });
  });

  test.each(TO_RESPONSES)('of %s by the responses API', async (_name, agent) => {
    const at = { backend: { protocol: 'openai-responses' }, base: '' };
    const { paths, second } = await playLoop(agent, { ...to, ...at, answer: responsesCall });
    expect(paths).toEqual(['/responses', '/responses']);
    const index = second.input.findIndex(({ type }: Json) => type === 'reasoning');
    expect(second.input[index].content).toEqual([{ type: 'reasoning_text', text: 'Let me look.' }]);
    expect(second.input[index]).not.toHaveProperty('encrypted_content');
    expect(second.input[index + 1].type).toBe('function_call');
  });
});

test.each<[wish: Wish, sent: Json]>([
  ['off', { thinking: { type: 'disabled' } }],
  ['on', { thinking: ON }],
  ['hidden', { thinking: ON }],
  ['low', { thinking: ON, reasoning_effort: 'low' }],
  ['medium', { thinking: ON, reasoning_effort: 'high' }],
  ['high', { thinking: ON, reasoning_effort: 'high' }],
  ['xhigh', { thinking: ON, reasoning_effort: 'max' }],
  ['max', { thinking: ON, reasoning_effort: 'max' }],
])('thinking %s', (wish, sent) => {
  const { body, dropped } = translated(to, 'anthropic-messages', question(WISHES[wish]));
  keepToThinking(body);
  const { thinking, reasoning_effort } = body;
  expect({ thinking, reasoning_effort }).toMatchObject(sent);
  expect(dropped).toEqual([]);
});

describe('what it refuses while it thinks', () => {
  const settings = { temperature: 0.5, topP: 0.5, presencePenalty: 1, frequencyPenalty: 1, seed: 1 };

  test('is left out and named', () => {
    const { body, dropped } = translated(to, 'gemini', geminiQuestion(settings));
    keepToThinking(body);
    expect(dropped.toSorted()).toEqual(['frequencyPenalty', 'presencePenalty', 'seed', 'temperature', 'topP']);
  });

  test('is kept while it does not', () => {
    const off = { ...settings, thinkingConfig: { thinkingBudget: 0 } };
    const { body, dropped } = translated(to, 'gemini', geminiQuestion(off));
    expect(body).toMatchObject({ temperature: 0.5, top_p: 0.5, presence_penalty: 1, thinking: { type: 'disabled' } });
    expect(dropped).toEqual(['seed']);
  });
});

describe('tools', () => {
  test('auto goes without saying, in each API', () => {
    const asked = toolQuestion({ ...WISHES.high, tool_choice: { type: 'auto' } });
    for (const upstream of ['openai-chat', 'openai-responses'])
      expect(translated({ ...to, upstream }, 'anthropic-messages', asked).body).not.toHaveProperty('tool_choice');
    const chat = {
      messages: [{ role: 'user', content: 'a' }],
      tool_choice: 'auto',
      tools: [{ type: 'function', function: { name: 'f' } }],
    };
    const { body } = translated({ ...to, upstream: 'anthropic-messages' }, 'openai-chat', chat);
    expect(body).not.toHaveProperty('tool_choice');
  });

  test.each([
    [
      { type: 'tool', name: 'look' },
      { type: 'function', function: { name: 'look' } },
    ],
    [{ type: 'any' }, 'required'],
  ])('a demanded tool turns thinking off: %j', (choice, sent) => {
    for (const wish of [{}, WISHES.high]) {
      const asked = toolQuestion({ ...wish, tool_choice: choice });
      const { body, dropped } = translated(to, 'anthropic-messages', asked);
      expect(body).toMatchObject({ thinking: { type: 'disabled' }, tool_choice: sent });
      expect(body.reasoning_effort).toBeUndefined();
      expect(dropped).toEqual(wish === WISHES.high ? ['reasoning', 'strict'] : ['strict']);
      const { body: other } = translated({ ...to, upstream: 'openai-responses' }, 'anthropic-messages', asked);
      expect(other.reasoning).toEqual({ effort: 'none' });
    }
    const chat = {
      tools: [{ type: 'function', function: { name: 'look' } }],
      tool_choice: sent,
      messages: [{ role: 'user', content: 'a' }],
    };
    const { body } = translated({ ...to, upstream: 'anthropic-messages' }, 'openai-chat', chat);
    expect(body.thinking).toEqual({ type: 'disabled' });
  });

  test('of no tool none is offered while it thinks', () => {
    const { body } = translated(to, 'anthropic-messages', toolQuestion({ tool_choice: { type: 'none' } }));
    keepToThinking(body);
    expect(body.tools).toBeUndefined();
  });

  test('a turn without thoughts has a blank, in each API', () => {
    const call = { type: 'function', id: 'call_1', function: { name: 'look', arguments: '{}' } };
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'd' },
    ];
    const tools = [{ type: 'function', function: { name: 'look' } }];
    const asked = { messages, tools, reasoning_effort: 'high' };
    const thoughts = (upstream: 'openai-chat' | 'anthropic-messages' | 'openai-responses'): Json =>
      translated({ ...to, upstream }, 'openai-chat', asked).body;
    for (const said of thoughts('openai-chat').messages.filter(({ role }: Json) => role === 'assistant'))
      expect(said.reasoning_content).toBe(' ');
    const { messages: blocks, thinking, output_config: config } = thoughts('anthropic-messages');
    for (const said of blocks.filter(({ role }: Json) => role === 'assistant'))
      expect(said.content[0]).toEqual({ type: 'thinking', thinking: ' ', signature: '' });
    expect([thinking.type, config.effort]).toEqual(['enabled', 'high']);
    const blanks = thoughts('openai-responses').input.filter(({ type }: Json) => type === 'reasoning');
    expect(blanks).toHaveLength(2);
    expect(blanks[0].content).toEqual([{ type: 'reasoning_text', text: ' ' }]);
  });
});

test('fields of its own', () => {
  const stop = Array.from({ length: 20 }, (_, at) => `s${at}`);
  const { body, dropped } = translated(to, 'openai-responses', responsesQuestion({ user: 'a user', stop }));
  keepTo(RULES, body);
  expect(body.user_id).toMatch(/^[\w-]{64}$/);
  expect(body.stop).toHaveLength(16);
  expect(dropped).toEqual(['stop']);
});

test('a schema is told in words in chat, and is one in responses', () => {
  const asked = question({ output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } });
  const { body, dropped } = translated(to, 'anthropic-messages', asked);
  keepTo(RULES, body);
  expect(body.response_format).toEqual({ type: 'json_object' });
  expect(body.messages[0].content).toContain('JSON');
  expect(dropped).toEqual(['output']);
  const { body: other } = translated({ ...to, upstream: 'openai-responses' }, 'anthropic-messages', asked);
  expect(other.text.format.type).toBe('json_schema');
});

describe('pictures, which its models for text refuse', () => {
  const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
  const picture = { type: 'image', source };
  const seen = question({ messages: [{ role: 'user', content: [picture] }] });
  const returned = question({
    messages: [
      { role: 'user', content: 'Q' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: [picture] }] },
    ],
  });

  test.each(['openai-chat', 'openai-responses', 'anthropic-messages'] as const)('in %s', (upstream) => {
    for (const asked of [seen, returned]) {
      const sent = (model: string) => translated({ vendor: 'deepseek', model, upstream }, 'anthropic-messages', asked);
      expect(sent('deepseek-v4-pro').refused).toBe('image');
      expect(sent('deepseek-flash').refused).toBeUndefined();
      expect(sent('deepseek-v4-flash-vision-exp').refused).toBeUndefined();
    }
  });
});

test('a client of chat whose call another backend made, which has no thoughts of it', async () => {
  const made = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
  const messages = [
    { role: 'user', content: 'Q' },
    { role: 'assistant', content: null, tool_calls: [made] },
    { role: 'tool', tool_call_id: 'call_1', content: 'r' },
  ];
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }];
  const upstream = await startUpstream(chatAnswer('ok'));
  const gateway = await startGateway({
    config: {
      backends: [{ name: 'it', vendor: 'deepseek', url: upstream.url, api_key: 'k' }],
      models: { alias: { routes: [{ backend: 'it', model: 'deepseek-v4-pro' }] } },
    },
  });
  try {
    const body = { model: 'alias', messages, tools };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
    await answer.whole();
    expect(answer.status).toBe(200);
    expect(upstream.requests[0]?.json).toEqual({
      ...body,
      model: 'deepseek-v4-pro',
      messages: messages.map((message) =>
        message.role === 'assistant' ? { reasoning_content: ' ', ...message } : message,
      ),
    });
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
});

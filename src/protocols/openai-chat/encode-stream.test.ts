import { afterAll, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { Json } from '../../../test/kit/json.ts';
import { parseSse } from '../../../test/kit/sse.ts';
import { unfold, type Completion } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Reply } from '../codec.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { ChatStreamEncoder } from './encode-stream.ts';

function replyTo(fields: Json = {}): Reply {
  const body = {
    model: 'asked',
    messages: [{ role: 'user', content: 'Hi' }],
    stream_options: { include_usage: true },
    ...fields,
  };
  return { conversation: decodeRequest(body, { stream: true }), model: 'asked', id: 'made-up', now: 1_700_000_000_000 };
}

const answer: Completion = {
  id: 'up-1',
  model: 'up',
  createdAt: 7,
  parts: [
    { type: 'reasoning', text: 'hm', signature: { protocol: 'anthropic-messages', model: 'claude', value: 'S' } },
    { type: 'text', text: 'see "this"', citations: [{ kind: 'url', url: 'https://x', title: 'X' }] },
    {
      type: 'tool_call',
      id: 'a',
      name: 'f',
      arguments: '{"x":1}',
      signature: { protocol: 'gemini', model: 'g', value: 'T' },
    },
  ],
  finish: { reason: 'tool_calls', raw: 'tool_use' },
  usage: { promptTokens: 3, completionTokens: 5, cachedTokens: 1, reasoningTokens: 2 },
};

function write(events: Iterable<AnswerEvent>, reply = replyTo()): string {
  const encoder = new ChatStreamEncoder(reply);
  return [...events].map((event) => encoder.push(event)).join('') + encoder.end();
}

const head = { id: 'up-1', object: 'chat.completion.chunk', created: 7, model: 'up' };
const chunk = (delta: Json, choice: Json = {}): Json => ({
  ...head,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...choice }],
  usage: null,
});
const detail = {
  type: 'reasoning.text',
  text: 'hm',
  signature: 'S',
  format: 'anthropic-claude-v1',
  index: 0,
  origin: { protocol: 'anthropic-messages', model: 'claude' },
};
const annotation = {
  type: 'url_citation',
  url_citation: { url: 'https://x', title: 'X', start_index: 0, end_index: 10 },
};
const extra_content = { google: { thought_signature: 'T' }, llm_proxy: { protocol: 'gemini', model: 'g' } };
const usage = {
  prompt_tokens: 3,
  completion_tokens: 5,
  total_tokens: 8,
  prompt_tokens_details: { cached_tokens: 1 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

test('a stream is what OpenAI would send', () => {
  const text = write(unfold(answer));
  expect(text).toEndWith('data: [DONE]\n\n');
  expect(text).not.toContain('event:');
  expect(parseSse(text).json).toEqual([
    chunk({ role: 'assistant', content: null, refusal: null }),
    chunk({ reasoning_content: 'hm' }),
    chunk({ reasoning_details: [detail] }),
    chunk({ content: 'see "this"' }),
    chunk({
      tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' }, extra_content }],
    }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] }),
    chunk({ annotations: [annotation] }),
    chunk({}, { finish_reason: 'tool_calls' }),
    { ...head, choices: [], usage },
  ]);
});

test('a plain answer is what OpenAI would send', () => {
  // The members of vendors are no excess where a variable holds them.
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' }, extra_content } as const;
  const message = {
    role: 'assistant' as const,
    content: 'see "this"',
    refusal: null,
    reasoning_content: 'hm',
    reasoning_details: [detail],
    annotations: [{ ...annotation, type: 'url_citation' as const }],
    tool_calls: [call],
  };
  const expected: ChatCompletion = {
    id: 'up-1',
    created: 7,
    model: 'up',
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'tool_calls' }],
    usage,
  };
  const written: unknown = encodeAnswer(answer, replyTo());
  expect(written).toEqual(expected);
});

describe('usage', () => {
  test('is told to those only that asked', () => {
    const { json } = parseSse(write(unfold(answer), replyTo({ stream_options: null })));
    expect(json.some((each) => 'usage' in each)).toBe(false);
  });

  test('that nobody knows is not told', () => {
    const { json } = parseSse(write(unfold({ ...answer, usage: undefined })));
    expect(json.at(-1).choices[0].finish_reason).toBe('tool_calls');
    expect(encodeAnswer({ ...answer, usage: undefined }, replyTo())).not.toHaveProperty('usage');
  });
});

test('what the upstream has not told is made up', () => {
  const bare: Completion = {
    id: undefined,
    model: undefined,
    createdAt: undefined,
    parts: [],
    finish: { reason: 'other', raw: 'x' },
    usage: undefined,
  };
  const expected = { id: 'chatcmpl-made-up', model: 'asked', created: 1_700_000_000 };
  expect(encodeAnswer(bare, replyTo())).toMatchObject({
    ...expected,
    choices: [{ message: { content: '' }, finish_reason: 'stop' }],
  });
  const { json } = parseSse(write(unfold(bare)));
  expect(json).toHaveLength(2);
  expect(json[0]).toMatchObject({ ...expected, choices: [{ delta: { role: 'assistant', content: '' } }] });
});

test.each<[Json[], string, string]>([
  [[{ type: 'refusal', text: 'no' }], 'refusal', 'stop'],
  [[], 'refusal', 'content_filter'],
  [[{ type: 'text', text: 'a' }], 'pause', 'stop'],
  [[{ type: 'text', text: 'a' }], 'stop_sequence', 'stop'],
])('%j that ends with %s says %s', (parts, reason, expected) => {
  const completion = { ...answer, parts, finish: { reason, raw: undefined } } as Completion;
  expect(encodeAnswer(completion, replyTo())).toMatchObject({ choices: [{ finish_reason: expected }] });
  expect(parseSse(write(unfold({ ...completion, usage: undefined }))).json.at(-1).choices[0].finish_reason).toBe(
    expected,
  );
});

test('who offered functions gets a function call', () => {
  const reply = replyTo({ functions: [{ name: 'f' }] });
  const expected = { name: 'f', arguments: '{"x":1}' };
  expect(encodeAnswer(answer, reply)).toMatchObject({
    choices: [{ message: { function_call: expected }, finish_reason: 'function_call' }],
  });
  const { json } = parseSse(write(unfold(answer), reply));
  const fragments = json.flatMap(({ choices }) => choices[0]?.delta.function_call ?? []);
  expect(fragments).toEqual([{ name: 'f', arguments: '' }, { arguments: '{"x":1}' }]);
});

test('the signature of a text travels in an entry of its own', () => {
  const parts = [{ type: 'text', text: 'a', signature: { protocol: 'gemini', model: 'g', value: 'T' } }] as const;
  const entry = {
    type: 'reasoning.encrypted',
    data: 'T',
    format: 'google-gemini-v1',
    index: 0,
    origin: { protocol: 'gemini', model: 'g', on: 'text' },
  };
  const reply = replyTo();
  expect(encodeAnswer({ ...answer, parts }, reply)).toMatchObject({
    choices: [{ message: { reasoning_details: [entry] } }],
  });
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'a', reasoning_details: [entry] },
  ];
  expect(decodeRequest({ messages }, { stream: false }).turns[1]?.parts).toEqual([...parts]);
});

describe("OpenAI's SDK", () => {
  const server = Bun.serve({
    port: 0,
    fetch: () => new Response(write(unfold(answer)), { headers: { 'content-type': 'text/event-stream' } }),
  });
  afterAll(() => server.stop(true));

  test('puts the stream together', async () => {
    const client = new OpenAI({ apiKey: 'x', baseURL: String(server.url), maxRetries: 0 });
    const stream = client.chat.completions.stream({ model: 'asked', messages: [{ role: 'user', content: 'Hi' }] });
    const { choices, usage: counted } = await stream.finalChatCompletion();
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'see "this"',
        annotations: [annotation],
        tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }],
      },
    });
    expect(counted).toMatchObject({ total_tokens: 8 });
  });
});

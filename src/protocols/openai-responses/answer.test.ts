import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import OpenAI from 'openai';
import { CompletionBuilder, unfold, type Completion } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Part } from '../../core/part.ts';
import { unmarkSignature } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { MalformedAnswer, type Reply } from '../codec.ts';
import { dataLines } from '../shared/stream/sse.ts';
import { codec } from './codec.ts';
import { errorEvent } from './errors.ts';
import { withoutCharges } from '../contract/samples.fixture.ts';

const tools = [
  { type: 'function', name: 'f', parameters: { type: 'object' } },
  { type: 'custom', name: 'patch' },
  { type: 'namespace', name: 'crm', description: 'CRM', tools: [{ type: 'function', name: 'find' }] },
  { type: 'tool_search', execution: 'client' },
];
const conversation: Conversation = codec.decodeRequest(
  { input: 'hi', instructions: 'I', tools, metadata: { a: 'b' }, reasoning: { effort: 'low', summary: 'auto' } },
  { stream: true },
);
const reply: Reply = { conversation, model: 'asked', id: 'abc-123', now: 1_700_000_000_000 };
const own = codec.encodeRequest(conversation, { model: 'gpt-5', quirks: {} });

function completion(parts: readonly Part[], fields: Partial<Completion> = {}): Completion {
  const finish = { reason: 'stop', raw: 'completed' } as const;
  return { id: 'resp_1', model: 'm', createdAt: 7, parts, finish, usage: undefined, ...fields };
}

function streamOf(events: Iterable<AnswerEvent>): string {
  const encoder = codec.encodeStream(reply);
  return [...[...events].map((event) => encoder.push(event)), encoder.end()].join('');
}

function eventsIn(text: string): JsonObject[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(dataLines(event).join('\n')) as JsonObject);
}

function decoded(events: readonly JsonObject[]): Completion {
  const builder = new CompletionBuilder();
  const decoder = own.decodeStream();
  for (const event of events) for (const step of decoder.push(event, undefined)) builder.push(step);
  for (const step of decoder.end()) builder.push(step);
  return builder.build();
}

const USAGE = { promptTokens: 9, completionTokens: 4, cachedTokens: 3, reasoningTokens: 2, cacheWriteTokens: 1 };

describe('the events of a stream', () => {
  const parts: Part[] = [
    { type: 'reasoning', text: 'hm', signature: { protocol: 'openai-responses', model: 'gpt-5', value: 'gAAA' } },
    { type: 'text', text: 'Hello', citations: [{ kind: 'url', url: 'https://x', title: 'X', start: 0, end: 5 }] },
    { type: 'refusal', text: 'No.' },
    { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"a":1}' },
    { type: 'tool_call', id: 'c2', name: 'patch', arguments: '*** Begin', freeform: true },
  ];
  const events = eventsIn(streamOf(unfold(completion(parts, { usage: USAGE }))));

  test('are in their order, and numbered', () => {
    expect(events.map(({ type }) => String(type).slice('response.'.length))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.annotation.added',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'output_item.done',
      'completed',
    ]);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index));
  });

  test('their names are their types', () => {
    const text = streamOf(unfold(completion(parts)));
    for (const event of text.split('\n\n').filter((event) => event !== '')) {
      const [name, data] = event.split('\n');
      expect(name).toBe(`event: ${JSON.parse((data ?? '').slice('data: '.length)).type}`);
    }
  });

  test('say in the end what they said before', () => {
    const last = events.at(-1)?.['response'] as OpenAI.Responses.Response;
    const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
    expect(last.output).toEqual(done as never);
    expect(last).toMatchObject({
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: 'm',
      instructions: 'I',
      tools: [{ type: 'function', name: 'f' }, { type: 'custom' }, { type: 'namespace' }, { type: 'tool_search' }],
      metadata: { a: 'b' },
      reasoning: { effort: 'low', summary: 'auto' },
      usage: {
        input_tokens: 9,
        input_tokens_details: { cached_tokens: 3, cache_write_tokens: 1 },
        output_tokens: 4,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 13,
      },
    });
  });
});

describe('details of an answer', () => {
  function encodeOutput(parts: readonly Part[], fields: Partial<Completion> = {}): JsonObject[] {
    return (codec.encodeAnswer(completion(parts, fields), reply) as { output: JsonObject[] }).output;
  }

  test('what the upstream does not tell is made up', () => {
    const answer = codec.encodeAnswer(completion([], { id: undefined, model: undefined, createdAt: undefined }), reply);
    expect(answer).toMatchObject({ id: 'resp_abc-123', model: 'asked', created_at: 1_700_000_000, usage: null });
  });

  test('a tool of a namespace is called by its own name', () => {
    expect(encodeOutput([{ type: 'tool_call', id: 'c', name: 'crm__find', arguments: '{}' }])[0]).toMatchObject({
      type: 'function_call',
      name: 'find',
      namespace: 'crm',
    });
  });

  test('a search for tools is what Codex knows as one', () => {
    const call: Part = { type: 'tool_call', id: 'c', name: 'tool_search', arguments: '{"query":"x"}' };
    expect(encodeOutput([call])[0]).toMatchObject({
      type: 'tool_search_call',
      call_id: 'c',
      execution: 'client',
      arguments: { query: 'x' },
    });
  });

  test('a call without arguments has an empty object', () => {
    expect(encodeOutput([{ type: 'tool_call', id: 'c', name: 'f', arguments: '' }])[0]).toMatchObject({
      arguments: '{}',
    });
  });

  test('a picture, and nothing of what no item is for', () => {
    const source = { from: 'base64', mediaType: 'image/png', data: 'AAAA' } as const;
    const output = encodeOutput([
      { type: 'media', kind: 'image', source },
      { type: 'media', kind: 'audio', source },
      { type: 'native', protocol: 'another', kind: 'x', value: {} },
    ]);
    expect(output).toEqual([expect.objectContaining({ type: 'image_generation_call', result: 'AAAA' })]);
  });

  test('signatures of other dialects travel beside what they belong to', () => {
    const signature = { protocol: 'another', model: 'm', value: 'c2ln' };
    const output = encodeOutput([
      { type: 'reasoning', text: '', signature, redacted: true },
      { type: 'text', text: 'A', signature },
      { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', signature },
    ]);
    expect(output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'reasoning', 'reasoning', 'function_call']);
    const marks = output.map(({ encrypted_content: mark }) => unmarkSignature(String(mark)));
    expect(marks[0]).toMatchObject({ signature, redacted: true });
    expect(marks[2]).toMatchObject({ signature, attachment: 'previous' });
    expect(marks[3]).toMatchObject({ signature, attachment: 'next' });
    // And come back.
    const input = [{ role: 'user', content: 'hi' }, ...output];
    expect(codec.decodeRequest({ input }, { stream: false }).turns[1]?.parts).toEqual([
      { type: 'reasoning', text: '', signature, redacted: true },
      { type: 'text', text: 'A', signature },
      { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', signature },
    ]);
  });

  test.each([
    ['length', [], 'incomplete', { reason: 'max_output_tokens' }],
    ['content_filter', [], 'incomplete', { reason: 'content_filter' }],
    ['refusal', [], 'incomplete', { reason: 'content_filter' }],
    ['refusal', [{ type: 'refusal', text: 'No.' }], 'completed', null],
    ['tool_calls', [], 'completed', null],
    ['stop_sequence', [], 'completed', null],
  ] as const)('%s with %j is %s', (reason, parts, status, details) => {
    const fields = { finish: { reason, raw: undefined } };
    expect(codec.encodeAnswer(completion(parts, fields), reply)).toMatchObject({ status, incomplete_details: details });
    const last = eventsIn(streamOf(unfold(completion(parts, fields)))).at(-1);
    expect(last).toMatchObject({ type: `response.${status}`, response: { status } });
  });

  test('probabilities go out with the text', () => {
    const logprob = { token: 'a', logprob: -1, top: [{ token: 'b', logprob: -2 }] };
    const written = { token: 'a', logprob: -1, bytes: [97], top_logprobs: [{ token: 'b', logprob: -2, bytes: [98] }] };
    const events = eventsIn(
      streamOf([
        { type: 'part_start', index: 0, part: 'text' },
        { type: 'logprobs', logprobs: [logprob] },
        { type: 'delta', index: 0, text: 'a' },
        { type: 'part_end', index: 0 },
        { type: 'logprobs', logprobs: [logprob] },
      ]),
    );
    const delta = events.find(({ type }) => type === 'response.output_text.delta');
    const done = events.find(({ type }) => type === 'response.output_text.done');
    expect(delta?.['logprobs']).toEqual([written]);
    expect(done?.['logprobs']).toEqual([written, written]);
  });
});

describe('what a decoder makes of odd streams', () => {
  test('an answer that is none', () => {
    expect(() => own.decodeAnswer({ choices: [] })).toThrow(MalformedAnswer);
    expect(() => own.decodeAnswer(null)).toThrow(MalformedAnswer);
  });

  test('thoughts in several parts, or as they are', () => {
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [] };
    const events = [
      { type: 'response.output_item.added', output_index: 0, item: reasoning },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'a' },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 1, delta: 'b' },
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'c' },
      { type: 'response.output_item.done', output_index: 0, item: { ...reasoning, encrypted_content: 'e' } },
    ];
    expect(decoded(events).parts).toEqual([
      {
        type: 'reasoning',
        text: 'a\n\nb',
        id: 'rs_1',
        redacted: undefined,
        signature: { protocol: 'openai-responses', model: 'gpt-5', value: 'e' },
      },
    ]);
    const content = [{ type: 'reasoning_text', text: 'c' }];
    expect(own.decodeAnswer({ output: [{ ...reasoning, content }] }).parts).toMatchObject([{ text: 'c' }]);
  });

  test('ids that change from event to event, and one index for all', () => {
    const item = (id: string, text: string): JsonObject => ({
      type: 'message',
      id,
      content: text === '' ? [] : [{ type: 'output_text', text, annotations: [] }],
    });
    const call = { type: 'function_call', id: 'z', call_id: 'c', name: 'f', arguments: '{}' };
    const events = [
      { type: 'response.output_item.added', item: item('a', '') },
      { type: 'response.output_text.delta', item_id: 'b', delta: 'Hi' },
      { type: 'response.output_item.done', item: item('c', 'Hi') },
      { type: 'response.output_item.added', item: { ...call, arguments: '' } },
      { type: 'response.output_item.done', item: call },
      { type: 'response.completed', response: { status: 'completed', output: [item('d', 'Hi'), call] } },
    ];
    const { parts, finish } = decoded(events);
    expect(parts).toMatchObject([
      { type: 'text', text: 'Hi' },
      { type: 'tool_call', id: 'c', arguments: '{}' },
    ]);
    expect(finish).toEqual({ reason: 'tool_calls', raw: 'completed' });
  });

  test('a stream that breaks off is ended', () => {
    const { parts, finish } = decoded([
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'a', content: [] } },
      { type: 'response.output_text.delta', output_index: 0, delta: 'Hi' },
    ]);
    expect(parts).toMatchObject([{ type: 'text', text: 'Hi' }]);
    expect(finish.reason).toBe('stop');
  });

  test('calls that run at the provider, and pictures', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const picture = { type: 'image_generation_call', id: 'ig_1', result: 'AAAA', output_format: 'webp' };
    expect(own.decodeAnswer({ output: [search, picture] }).parts).toEqual([
      { type: 'native', protocol: 'openai-responses', kind: 'web_search_call', value: search },
      { type: 'media', kind: 'image', source: { from: 'base64', mediaType: 'image/webp', data: 'AAAA' } },
    ]);
  });

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['steered', 'length'],
  ] as const)('incomplete for %s is %s', (raw, reason) => {
    const response = { status: 'incomplete', incomplete_details: { reason: raw }, output: [] };
    expect(own.decodeAnswer(response).finish).toEqual({ reason, raw });
  });
});

describe('the official SDK', () => {
  function clientOf(text: string): OpenAI {
    const answer = (): Promise<Response> =>
      Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }));
    return new OpenAI({ apiKey: 'k', baseURL: 'http://gateway/v1', maxRetries: 0, fetch: answer });
  }

  const parts: Part[] = [
    { type: 'reasoning', text: 'hm', signature: { protocol: 'another', model: 'm', value: 'c2ln' } },
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo', signature: { protocol: 'another', model: 'm', value: 'c2ln' } },
    { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"a":1}' },
    { type: 'tool_call', id: 'c2', name: 'patch', arguments: 'x', freeform: true },
  ];

  test('puts a stream together', async () => {
    const client = clientOf(streamOf(unfold(completion(parts, { usage: USAGE }))));
    const response = await client.responses.stream({ model: 'x', input: 'hi' }).finalResponse();
    expect(response.output_text).toBe('Hello');
    expect(response.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'reasoning',
      'function_call',
      'custom_tool_call',
    ]);
    expect(response.usage?.total_tokens).toBe(13);
  });

  test.each([[''], [streamOf(unfold(completion(parts))).split('event: response.output_item.done')[0] ?? '']])(
    'throws on an error event after %#',
    async (before) => {
      const error = {
        status: 429,
        message: 'Slow.',
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        param: null,
      };
      const stream = before + errorEvent(error);
      const client = clientOf(stream);
      await expect(client.responses.stream({ model: 'x', input: 'hi' }).finalResponse()).rejects.toThrow('Slow.');
      const events = await client.responses.create({ model: 'x', input: 'hi', stream: true });
      const read = async (): Promise<void> => {
        for await (const _event of events);
      };
      await expect(read()).rejects.toThrow('Slow.');
    },
  );
});

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const signature = fc.option(
  fc.record({
    protocol: fc.constantFrom('another', 'openai-responses'),
    model: fc.constant('gpt-5'),
    value: fc.base64String({ minLength: 4 }),
  }),
  { nil: undefined },
);
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record({ type: fc.constant('refusal' as const), text }),
  fc.record({ type: fc.constant('reasoning' as const), text, signature }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constantFrom('f', 'crm__find'),
    arguments: fc.jsonValue().map((value) => JSON.stringify({ value })),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constant('patch'),
    arguments: text,
    freeform: fc.constant(true),
  }),
  fc.constant<Part>({
    type: 'native',
    protocol: 'openai-responses',
    kind: 'web_search_call',
    value: { type: 'web_search_call', id: 'w' },
  }),
);

/** The events of an answer, each text in pieces. */
function* inPieces(whole: Completion, size: number): Generator<AnswerEvent> {
  for (const event of unfold(whole)) {
    if (event.type !== 'delta') {
      yield event;
      continue;
    }
    for (let at = 0; at < event.text.length; at += size) yield { ...event, text: event.text.slice(at, at + size) };
  }
}

/** Calls that go on beside each other: the events of each in their order, in turns. */
function overlapping(events: readonly AnswerEvent[]): AnswerEvent[] {
  const calls = new Map<number, AnswerEvent[]>();
  const out: AnswerEvent[] = [];
  const flush = (): void => {
    const lists = [...calls.values()];
    for (let at = 0; lists.some((list) => at < list.length); at++)
      out.push(...lists.flatMap((list) => list.slice(at, at + 1)));
    calls.clear();
  };
  for (const event of events) {
    if (event.type === 'part_start' && event.part === 'tool_call') calls.set(event.index, [event]);
    else if ('index' in event && calls.has(event.index)) calls.get(event.index)?.push(event);
    else {
      flush();
      out.push(event);
    }
  }
  flush();
  return out;
}

/** As it comes back: marks stay what they are, since the decoder of a backend's answer has no clients. */
function expected(parts: readonly Part[]): unknown {
  return parts.map((part) => {
    if (part.type !== 'reasoning') return JSON.parse(JSON.stringify({ ...part, ownMessage: undefined }));
    return { type: 'reasoning', text: part.text, isSigned: part.signature !== undefined };
  });
}

test('whatever is written is read as it was', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
      const whole = completion(parts, { usage: USAGE });
      const events = eventsIn(streamOf(overlapping([...inPieces(whole, size)])));
      const streamed = decoded(events);
      const plain = own.decodeAnswer(codec.encodeAnswer(whole, reply));
      expect(streamed).toEqual(plain);
      const plainUsage = withoutCharges(plain).usage;
      const comparable = plain.parts.map((part) => (part.type === 'reasoning' ? { ...part, id: undefined } : part));
      expect(expected(comparable)).toEqual(expected(parts));
      expect(plainUsage).toEqual(USAGE);
    }),
    { numRuns: 300 },
  );
});

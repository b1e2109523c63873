import Anthropic from '@anthropic-ai/sdk';
import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { CompletionBuilder, unfold, type Completion, type FinishReason } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Part, Signature } from '../../core/part.ts';
import type { JsonObject } from '../../lib/json.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { MessageStreamEncoder } from './encode-stream.ts';

const conversation = decodeRequest({ messages: [] }, { stream: true });
const reply = { conversation, model: 'asked-for', id: 'id', now: 0 };
const usage = { promptTokens: 10, completionTokens: 4, cachedTokens: 3, reasoningTokens: 1, cacheWriteTokens: 2 };

function streamOf(events: Iterable<AnswerEvent>): string {
  const encoder = new MessageStreamEncoder(reply);
  let text = '';
  for (const event of events) text += encoder.push(event);
  return text + encoder.end();
}

/** What Anthropic's own client makes of a stream, by its events and put together. */
async function accumulated(text: string): Promise<{ message: Message; types: string[] }> {
  const client = new Anthropic({
    apiKey: 'k',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } })),
  });
  const types: string[] = [];
  const stream = client.messages.stream({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'q' }] });
  stream.on('streamEvent', ({ type }) => types.push(type));
  const message = await stream.finalMessage();
  return { message, types };
}

function json(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function completion(parts: readonly Part[], reason: FinishReason = 'stop'): Completion {
  return { id: 'msg_1', model: 'up', createdAt: undefined, parts, finish: { reason, raw: undefined }, usage };
}

describe("Anthropic's own client", () => {
  const signature: Signature = { protocol: 'gemini', model: 'g', value: 'abcd' };

  test('reads a stream of everything', async () => {
    const events = unfold(
      completion(
        [
          { type: 'reasoning', text: 'hm', signature },
          { type: 'reasoning', text: '', redacted: true, signature: { protocol: 'anthropic-messages', value: 'raw' } },
          { type: 'text', text: 'a', citations: [{ kind: 'url', url: 'https://a', title: 't' }], signature },
          { type: 'tool_call', id: '1', name: 'n', arguments: '{"a":{"b":[1]}}', signature },
          { type: 'tool_call', id: '2', name: 'n', arguments: '' },
          { type: 'tool_call', id: '3', name: 'f', arguments: 'say "é"\n', freeform: true },
          { type: 'refusal', text: 'no' },
          { type: 'native', protocol: 'gemini', kind: 'x', value: {} },
          { type: 'media', kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: 'AA==' } },
        ],
        'tool_calls',
      ),
    );
    const { message, types } = await accumulated(streamOf(events));
    expect(message).toMatchObject({
      id: 'msg_1',
      model: 'asked-for',
      role: 'assistant',
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 3,
        cache_creation_input_tokens: 2,
        output_tokens: 4,
        output_tokens_details: { thinking_tokens: 1 },
      },
    });
    expect(message.content.map(({ type }) => type).join(' ')).toBe(
      'thinking redacted_thinking text thinking thinking tool_use tool_use tool_use text text',
    );
    expect(message.content).toMatchObject([
      { thinking: 'hm' },
      { data: 'raw' },
      { text: 'a', citations: [{ url: 'https://a' }] },
      { thinking: '' },
      { thinking: '' },
      { id: '1', input: { a: { b: [1] } } },
      { id: '2', input: {} },
      { id: '3', input: { input: 'say "é"\n' } },
      { text: 'no' },
      { text: '[image: image/png]' },
    ]);
    expect(types[0]).toBe('message_start');
    expect(types.slice(-2)).toEqual(['message_delta', 'message_stop']);
  });

  test('reads an answer of nothing', async () => {
    const { message } = await accumulated(
      streamOf(unfold({ ...completion([]), id: undefined, model: undefined, usage: undefined })),
    );
    expect(message).toMatchObject({ id: 'msg_id', model: 'asked-for', content: [], stop_reason: 'end_turn' });
    expect(message.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
  });
});

test('an answer names the model that was asked for, so that Claude Code sends its thoughts back', () => {
  const message = encodeAnswer(completion([{ type: 'reasoning', text: 'hm' }]), reply);
  const [first = ''] = streamOf(unfold(completion([{ type: 'reasoning', text: 'hm' }]))).split('\n\n');
  expect(message['model']).toBe('asked-for');
  expect(first).toContain('"model":"asked-for"');
});

test('arguments go out exactly as they came', () => {
  const encoder = new MessageStreamEncoder(reply);
  encoder.push({ type: 'start', id: 'm', model: 'm' });
  encoder.push({ type: 'part_start', index: 0, part: 'tool_call', id: '1', name: 'n' });
  expect(encoder.push({ type: 'delta', index: 0, text: '{"a" : 1.0' })).toBe(
    'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"1","name":"n","input":{},"caller":{"type":"direct"}}}\n\n' +
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\" : 1.0"}}\n\n',
  );
});

test('words go out at once', () => {
  const encoder = new MessageStreamEncoder(reply);
  encoder.push({ type: 'start', id: 'm', model: 'm' });
  encoder.push({ type: 'part_start', index: 0, part: 'text' });
  expect(encoder.push({ type: 'delta', index: 0, text: 'é"' })).toBe(
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"é\\""}}\n\n',
  );
});

test('numbers of a plain call are as they were', () => {
  const call: Part = { type: 'tool_call', id: '1', name: 'n', arguments: '{"a":12345678901234567890,"b":1.0}' };
  expect(JSON.stringify(encodeAnswer(completion([call]), reply))).toContain(
    '"input":{"a":12345678901234567890,"b":1.0}',
  );
});

test.each([
  ['stop', 'end_turn'],
  ['stop_sequence', 'stop_sequence'],
  ['length', 'max_tokens'],
  ['tool_calls', 'end_turn'],
  ['content_filter', 'refusal'],
  ['refusal', 'refusal'],
  ['pause', 'pause_turn'],
  ['other', 'end_turn'],
] as const)('a finish of %s without calls is %s', (reason, expected) =>
  expect(encodeAnswer(completion([], reason), reply)['stop_reason']).toBe(expected),
);

test.each(['stop', 'tool_calls', 'other'] as const)('a finish of %s with calls is that of calls', (reason) =>
  expect(
    encodeAnswer(completion([{ type: 'tool_call', id: '1', name: 'n', arguments: '' }], reason), reply)['stop_reason'],
  ).toBe('tool_use'),
);

test('the refusal of a model is its text, with the reason', () =>
  expect(encodeAnswer(completion([{ type: 'refusal', text: 'no' }]), reply)).toMatchObject({
    content: [{ type: 'text', text: 'no' }],
    stop_reason: 'refusal',
  }));

const signature = fc.record({
  protocol: fc.constantFrom('gemini', 'openai-responses'),
  model: fc.constantFrom('a', 'b/c'),
  value: fc.string({ minLength: 1 }),
});
const words = fc.string({ minLength: 1, unit: 'grapheme' });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Parts that a client of this dialect can give back as they were. */
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: words, signature: maybe(signature) }),
  fc.record({ type: fc.constant('reasoning' as const), text: words, signature: maybe(signature) }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.constant(''), redacted: fc.constant(true), signature }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constantFrom('a', 'b'),
    arguments: fc.dictionary(fc.constantFrom('a', 'b', 'é'), fc.jsonValue()).map((value) => JSON.stringify(value)),
    signature: maybe(signature),
  }),
);

/** The events of an answer with its deltas cut anywhere and its calls overlapping as `order` has it. */
function shuffled(answer: Completion, cuts: readonly number[], order: readonly boolean[]): AnswerEvent[] {
  const queues: AnswerEvent[][] = [];
  const rest: AnswerEvent[] = [];
  for (const event of unfold(answer)) {
    if (!('index' in event)) rest.push(event);
    else (queues[event.index] ??= []).push(...cut(event, cuts));
  }
  const [start, ...tail] = rest;
  const out: AnswerEvent[] = start === undefined ? [] : [start];
  const isCall = (queue: AnswerEvent[] | undefined) =>
    queue?.[0]?.type === 'part_start' && queue[0].part === 'tool_call';
  for (let step = 0; queues.length > 0;) {
    const [first, second] = [queues.shift() ?? [], queues[0]];
    if (!isCall(first) || !isCall(second) || second === undefined) {
      out.push(...first);
      continue;
    }
    // Two calls side by side.
    queues.shift();
    out.push(first.shift() as AnswerEvent);
    while (first.length > 0 || second.length > 0) {
      const takeFirst = second.length === 0 || (first.length > 0 && (order[step++ % order.length] ?? true));
      out.push((takeFirst ? first : second).shift() as AnswerEvent);
    }
  }
  return [...out, ...tail];
}

function cut(event: AnswerEvent, cuts: readonly number[]): AnswerEvent[] {
  if (event.type !== 'delta') return [event];
  const pieces: AnswerEvent[] = [];
  for (let from = 0, n = 0; from < event.text.length; n++) {
    const to = from + (cuts[n % cuts.length] ?? 1);
    pieces.push({ ...event, text: event.text.slice(from, to) });
    from = to;
  }
  return pieces;
}

describe('any answer', () => {
  const answer = fc.record({
    parts: fc.array(part, { maxLength: 6 }),
    cuts: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
    order: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
  });

  test('says the same streamed and plain, to its own client', () =>
    fc.assert(
      fc.asyncProperty(answer, async ({ parts, cuts, order }) => {
        const whole = completion(parts);
        const { message } = await accumulated(streamOf(shuffled(whole, cuts, order)));
        const written = json(encodeAnswer(whole, reply));
        expect(json(message.content)).toEqual(json(written['content']));
        expect(message.stop_reason).toEqual(written['stop_reason'] as never);
      }),
      { numRuns: 20 },
    ));

  test('comes back in the next request as it was', () =>
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const { content } = json(encodeAnswer(completion(parts), reply));
        const [turn] = decodeRequest({ messages: [{ role: 'assistant', content }] }, { stream: false }).turns;
        expect(json(turn?.parts ?? [])).toEqual(json(parts));
      }),
    ));

  test('has blocks that begin once, end once, and do not overlap', () =>
    fc.assert(
      fc.property(answer, ({ parts, cuts, order }) => {
        const text = streamOf(shuffled(completion(parts), cuts, order));
        let open: number | undefined;
        let next = 0;
        for (const line of text.split('\n').filter((one) => one.startsWith('data: '))) {
          const { type, index } = JSON.parse(line.slice(6)) as { type: string; index: number };
          if (type === 'content_block_start') {
            expect([open, index]).toEqual([undefined, next++]);
            open = index;
          } else if (type.startsWith('content_block')) expect(index).toBe(open as number);
          if (type === 'content_block_stop') open = undefined;
        }
        expect(open).toBeUndefined();
      }),
    ));

  test('is put together again from its events', () =>
    fc.assert(
      fc.property(answer, ({ parts, cuts, order }) => {
        const builder = new CompletionBuilder();
        for (const event of shuffled(completion(parts), cuts, order)) builder.push(event);
        expect(json(builder.build().parts)).toEqual(json(parts));
      }),
    ));
});

import { describe, expect, test } from 'bun:test';
import { orderProblems } from '../../../test/kit/event-order.ts';
import type { Json } from '../../../test/kit/json.ts';
import { CompletionBuilder } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { ChatStreamDecoder } from './decode-stream.ts';

function decode(chunks: readonly Json[], wrapped: readonly string[] = []): { events: AnswerEvent[]; built: Json } {
  const decoder = new ChatStreamDecoder({ model: 'm', wrapped: new Set(wrapped) });
  const events = [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
  expect(orderProblems(events)).toEqual([]);
  const builder = new CompletionBuilder();
  for (const event of events) builder.push(event);
  return { events, built: builder.build() };
}

function delta(fields: Json, choice: Json = {}): Json {
  return { id: 'x', model: 'up', created: 7, choices: [{ index: 0, delta: fields, finish_reason: null, ...choice }] };
}

function calls(...entries: Json[]): Json {
  return delta({ tool_calls: entries });
}

function callsOf(chunks: readonly Json[]): Json {
  return decode(chunks).built.parts.map(({ id, name, arguments: args }: Json) => [id, name, args]);
}

test('a text comes at once, and what it ends with at the end', () => {
  const decoder = new ChatStreamDecoder({ model: 'm', wrapped: new Set() });
  expect(decoder.push({ id: '', choices: [], prompt_filter_results: [] })).toEqual([]);
  expect(decoder.push(delta({ role: 'assistant', content: '' }))).toEqual([
    { type: 'start', id: 'x', model: 'up', createdAt: 7 },
  ]);
  expect(decoder.push(delta({ content: 'a' }))).toEqual([
    { type: 'part_start', index: 0, part: 'text' },
    { type: 'delta', index: 0, text: 'a' },
  ]);
  expect(decoder.push(delta({}, { finish_reason: 'stop' }))).toEqual([{ type: 'part_end', index: 0 }]);
  expect(decoder.push({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } })).toEqual([]);
  expect(decoder.end()).toMatchObject([
    { type: 'usage', usage: { promptTokens: 1, completionTokens: 2 } },
    { type: 'finish', finish: { reason: 'stop', raw: 'stop' } },
  ]);
});

describe('tool calls', () => {
  const f = (args: string, more: Json = {}): Json => ({ function: { name: 'f', arguments: args }, ...more });
  const more = (args: string, fields: Json = {}): Json => ({ function: { arguments: args }, ...fields });

  test.each<[string, Json[], Json]>([
    [
      'as OpenAI streams them',
      [
        calls(f('', { index: 0, id: 'a' })),
        calls(more('{"x"', { index: 0 })),
        calls(more(':1}', { index: 0 })),
        calls(f('{}', { index: 1, id: 'b' })),
      ],
      [
        ['a', 'f', '{"x":1}'],
        ['b', 'f', '{}'],
      ],
    ],
    [
      'in turns',
      [
        calls(f('', { index: 0, id: 'a' }), f('', { index: 1, id: 'b' })),
        calls(more('{"x":', { index: 0 })),
        calls(more('{}', { index: 1 })),
        calls(more('1}', { index: 0 })),
      ],
      [
        ['a', 'f', '{"x":1}'],
        ['b', 'f', '{}'],
      ],
    ],
    [
      'whole, all with the index 0',
      [calls(f('{"x":1}', { index: 0, id: 'a' })), calls(f('{"x":2}', { index: 0, id: 'b' }))],
      [
        ['a', 'f', '{"x":1}'],
        ['b', 'f', '{"x":2}'],
      ],
    ],
    [
      'without indexes',
      [calls(f('{"x":1}', { id: 'a' }), f('{"x":2}', { id: 'b' }))],
      [
        ['a', 'f', '{"x":1}'],
        ['b', 'f', '{"x":2}'],
      ],
    ],
    [
      'with id and name in every fragment',
      [calls(f('{"x"', { index: 0, id: 'a' })), calls(f(':1}', { index: 0, id: 'a' }))],
      [['a', 'f', '{"x":1}']],
    ],
    ['without arguments', [calls(f('', { index: 0, id: 'a' }))], [['a', 'f', '{}']]],
    [
      'with an object for arguments',
      [calls({ id: 'a', function: { name: 'f', arguments: { x: 1 } } })],
      [['a', 'f', '{"x":1}']],
    ],
    [
      'with the name last',
      [calls(more('{}', { index: 0, id: 'a' })), calls({ index: 0, function: { name: 'f' } })],
      [['a', 'f', '{}']],
    ],
    [
      'as a legacy function',
      [delta({ function_call: { name: 'f', arguments: '{' } }), delta({ function_call: { arguments: '}' } })],
      [[expect.any(String), 'f', '{}']],
    ],
    [
      'without ids',
      [calls(f('{"x":1}')), calls(f('{"x":2}'))],
      [
        [expect.stringMatching(/^call_/), 'f', '{"x":1}'],
        [expect.stringMatching(/^call_/), 'f', '{"x":2}'],
      ],
    ],
  ])('%s', (_what, chunks, expected) => {
    expect(callsOf(chunks)).toEqual(expected);
    expect(decode([...chunks, delta({}, { finish_reason: 'stop' })]).built.finish).toEqual({
      reason: 'tool_calls',
      raw: 'stop',
    });
  });

  test('end when the next begins', () => {
    const { events } = decode([calls(f('{}', { index: 0, id: 'a' })), calls(f('{}', { index: 1, id: 'b' }))]);
    expect(events.map((event) => ('index' in event ? `${event.type} ${event.index}` : event.type)).slice(1, 5)).toEqual(
      ['part_start 0', 'delta 0', 'part_end 0', 'part_start 1'],
    );
  });

  test('of a freeform tool that had to be a function come back as plain text', () => {
    const { built } = decode(
      [calls(f('{"input":"a', { index: 0, id: 'a' })), calls(more('\\nb"}', { index: 0 }))],
      ['f'],
    );
    expect(built.parts).toMatchObject([{ name: 'f', arguments: 'a\nb', freeform: true }]);
  });

  test('keep their signature', () => {
    const signed = f('{}', { index: 0, id: 'a', extra_content: { google: { thought_signature: 'S' } } });
    expect(decode([calls(signed)]).built.parts[0].signature).toEqual({
      protocol: 'openai-chat',
      model: 'm',
      value: 'S',
    });
  });

  test('come after a text that they end', () => {
    const { built } = decode([delta({ content: 'a' }), calls(f('{}', { id: 'x' })), delta({ content: 'b' })]);
    expect(built.parts.map(({ type }: Json) => type)).toEqual(['text', 'tool_call', 'text']);
  });
});

describe('thoughts', () => {
  test('in plain text', () => {
    const { built } = decode([delta({ reasoning_content: 'a' }), delta({ reasoning: 'b' }), delta({ content: 'c' })]);
    expect(built.parts).toMatchObject([{ type: 'reasoning', text: 'ab', signature: undefined }, { text: 'c' }]);
  });

  test('in entries, whose plain text is the same again', () => {
    const entry = (fields: Json): Json =>
      delta({
        reasoning: fields.text,
        reasoning_details: [{ type: 'reasoning.text', index: 0, format: 'f', ...fields }],
      });
    const { built } = decode([
      entry({ text: 'a' }),
      entry({ text: 'b' }),
      entry({ signature: 'S' }),
      delta({ content: 'c' }),
    ]);
    expect(built.parts[0].text).toBe('ab');
    expect(JSON.parse(built.parts[0].signature.value)).toEqual({
      type: 'reasoning.text',
      index: 0,
      format: 'f',
      signature: 'S',
    });
    expect(built.parts).toHaveLength(2);
  });

  test('in words, beside entries that are encrypted', () => {
    const encrypted = { type: 'reasoning.encrypted', data: 'D', id: 'rs_1', index: 0 };
    const { built } = decode([
      delta({ reasoning: 'a' }),
      delta({ reasoning: 'b', reasoning_details: [encrypted] }),
      delta({ content: 'c' }),
    ]);
    expect(built.parts).toMatchObject([
      { type: 'reasoning', text: 'ab', signature: undefined },
      { type: 'reasoning', text: '', redacted: true, id: 'rs_1' },
      { type: 'text', text: 'c' },
    ]);
  });

  test('as parts of the content', () => {
    const thinking = (text: string): Json =>
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] });
    const { built } = decode([
      thinking('a'),
      thinking('b'),
      delta({ content: [{ type: 'text', text: 'c' }] }),
      delta({ content: 'd' }),
    ]);
    expect(built.parts).toMatchObject([
      { type: 'reasoning', text: 'ab' },
      { type: 'text', text: 'cd' },
    ]);
  });
});

describe('the rest', () => {
  test('a refusal', () => {
    const { built } = decode([delta({ refusal: 'no' }), delta({}, { finish_reason: 'stop' })]);
    expect(built).toMatchObject({ parts: [{ type: 'refusal', text: 'no' }], finish: { reason: 'refusal' } });
  });

  test('citations, which may come before the text', () => {
    const annotation = {
      type: 'url_citation',
      url_citation: { url: 'https://x', title: 'X', start_index: 0, end_index: 0 },
    };
    const { built } = decode([delta({ content: '', annotations: [annotation] }), delta({ content: 'a' })]);
    expect(built.parts).toMatchObject([{ text: 'a', citations: [{ kind: 'url', url: 'https://x', title: 'X' }] }]);
  });

  test('images, sound and log probabilities', () => {
    const { built } = decode([
      delta({ audio: { id: 'a', transcript: 'hi' } }),
      delta({ audio: { data: 'AA' } }),
      delta({ audio: { data: 'BB' } }),
      delta({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }),
      delta({}, { logprobs: { content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }] } }),
    ]);
    expect(built.parts).toMatchObject([{ text: 'hi' }, { kind: 'image' }, { kind: 'audio', source: { data: 'AABB' } }]);
    expect(built.logprobs).toEqual([{ token: 'a', logprob: -1, top: [] }]);
  });

  test.each([
    ['Groq', { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { usage: { prompt_tokens: 3 } } }],
    [
      'with the last words',
      { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }], usage: { prompt_tokens: 3 } },
    ],
  ])('usage: %s', (_what, chunk) => expect(decode([chunk]).built.usage.promptTokens).toBe(3));

  test.each([
    ['max_tokens', 'length'],
    ['MAX_TOKENS', 'length'],
    ['eos', 'stop'],
    ['end_turn', 'stop'],
    ['sensitive', 'content_filter'],
    ['tool_use', 'tool_calls'],
    ['network_error', 'other'],
    ['', 'stop'],
  ])('the end %j is %s', (raw, reason) =>
    expect(decode([delta({ content: 'a' }, { finish_reason: raw })]).built.finish.reason).toBe(reason),
  );

  test('other choices and what is none are nobody’s', () => {
    const { built } = decode([
      { choices: [{ index: 1, delta: { content: 'b' } }] },
      null,
      7,
      'x',
      {},
      { choices: [null] },
      delta({ content: 'a' }),
    ]);
    expect(built.parts).toMatchObject([{ text: 'a' }]);
  });

  test('nothing at all is an empty answer', () => {
    expect(decode([]).events).toMatchObject([{ type: 'start' }, { type: 'finish', finish: { reason: 'stop' } }]);
  });
});

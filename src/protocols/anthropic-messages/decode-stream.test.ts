import { describe, expect, test } from 'bun:test';
import type { AnswerEvent } from '../../core/event.ts';
import { MessageStreamDecoder } from './decode-stream.ts';

function decoder(changes: { freeform?: string[] } = {}): MessageStreamDecoder {
  return new MessageStreamDecoder({
    model: 'claude-a',
    freeform: new Set(changes.freeform),
    outputTool: undefined,
  });
}

function decoded(events: readonly unknown[], from = decoder()): AnswerEvent[] {
  return [...events.flatMap((event) => [...from.push(event)]), ...from.end()];
}

const start = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'up', usage: { input_tokens: 3, output_tokens: 1 } },
};
const stop = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 5 },
};
const begun = { type: 'start', id: 'msg_1', model: 'up' };
const usage = {
  promptTokens: 3,
  completionTokens: 5,
  cachedTokens: undefined,
  reasoningTokens: undefined,
};
const ended = [
  { type: 'usage', usage },
  { type: 'finish', finish: { reason: 'stop', raw: 'end_turn' } },
];

function block(index: number, content_block: object) {
  return { type: 'content_block_start', index, content_block };
}

function delta(index: number, fields: object) {
  return { type: 'content_block_delta', index, delta: fields };
}

function over(index: number) {
  return { type: 'content_block_stop', index };
}

describe('blocks', () => {
  test('thoughts with their signature, which is of this model', () =>
    expect(
      decoded([
        start,
        block(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'hm' }),
        delta(0, { type: 'signature_delta', signature: 's' }),
        over(0),
        stop,
        { type: 'message_stop' },
      ]),
    ).toEqual([
      begun,
      { type: 'part_start', index: 0, part: 'reasoning' },
      { type: 'delta', index: 0, text: 'hm' },
      {
        type: 'signature',
        index: 0,
        signature: { protocol: 'anthropic-messages', model: 'claude-a', value: 's' },
      },
      { type: 'part_end', index: 0 },
      ...ended,
    ] as AnswerEvent[]));

  test('a citation comes when its text is known', () =>
    expect(
      decoded([
        start,
        block(0, { type: 'text', text: '', citations: [] }),
        delta(0, { type: 'citations_delta', citation: { type: 'web_search_result_location', url: 'u', title: 't' } }),
        delta(0, { type: 'text_delta', text: 'four' }),
        over(0),
      ]).slice(3, 5),
    ).toEqual([
      { type: 'citation', index: 0, citation: { kind: 'url', url: 'u', title: 't', start: 0, end: 4 } },
      { type: 'part_end', index: 0 },
    ]));

  test('a call in pieces, as they came', () =>
    expect(
      decoded([
        start,
        block(0, { type: 'tool_use', id: '1', name: 'n', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '' }),
        delta(0, { type: 'input_json_delta', partial_json: '{"a": ' }),
        delta(0, { type: 'input_json_delta', partial_json: '1.0}' }),
        over(0),
      ]).slice(1, 5),
    ).toEqual([
      { type: 'part_start', index: 0, part: 'tool_call', id: '1', name: 'n' },
      { type: 'delta', index: 0, text: '{"a": ' },
      { type: 'delta', index: 0, text: '1.0}' },
      { type: 'part_end', index: 0 },
    ]));

  test.each([
    ['without arguments', {}, '{}'],
    ['with all of them at its beginning', { a: 1 }, '{"a":1}'],
  ])('a call %s', (_what, input, text) =>
    expect(decoded([start, block(0, { type: 'tool_use', id: '1', name: 'n', input }), over(0)])[2]).toEqual({
      type: 'delta',
      index: 0,
      text,
    }),
  );

  test('a freeform call when it is whole', () =>
    expect(
      decoded(
        [
          start,
          block(0, { type: 'tool_use', id: '1', name: 'f', input: {} }),
          delta(0, { type: 'input_json_delta', partial_json: '{"inp' }),
          delta(0, { type: 'input_json_delta', partial_json: String.raw`ut":"a\nb"}` }),
          over(0),
        ],
        decoder({ freeform: ['f'] }),
      ).slice(1, 4),
    ).toEqual([
      { type: 'part_start', index: 0, part: 'tool_call', id: '1', name: 'f', freeform: true },
      { type: 'delta', index: 0, text: 'a\nb' },
      { type: 'part_end', index: 0 },
    ]));

  test("what runs at the provider is the dialect's own, with its input", () =>
    expect(
      decoded([
        start,
        block(0, { type: 'server_tool_use', id: '1', name: 'web_search', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
        over(0),
      ])[1],
    ).toEqual({
      type: 'whole',
      index: 0,
      part: {
        type: 'native',
        protocol: 'anthropic-messages',
        kind: 'server_tool_use',
        value: { type: 'server_tool_use', id: '1', name: 'web_search', input: { query: 'x' } },
      },
    }));
});

describe('what is not as it should be', () => {
  const text = { type: 'text_delta', text: 'a' };

  test('no beginning, no blocks, no end', () =>
    expect(decoded([delta(0, text)])).toEqual([
      { type: 'start', id: undefined, model: undefined },
      { type: 'part_start', index: 0, part: 'text' },
      { type: 'delta', index: 0, text: 'a' },
      { type: 'part_end', index: 0 },
      { type: 'finish', finish: { reason: 'other', raw: undefined } },
    ]));

  test('blocks that do not end', () =>
    expect(
      decoded([start, block(0, { type: 'text', text: 'a' }), block(0, { type: 'text', text: 'b' }), stop]).map(
        ({ type }) => type,
      ),
    ).toEqual(['start', 'part_start', 'delta', 'part_end', 'part_start', 'delta', 'part_end', 'usage', 'finish']));

  test('unknown events, nulls and pings', () =>
    expect(decoded([null, 7, { type: 'ping' }, { type: 'new' }, start, start, over(9), stop])).toEqual([
      begun,
      ...ended,
    ] as AnswerEvent[]));

  test('a call without an id gets one', () => {
    const [, call] = decoded([start, block(0, { type: 'tool_use', name: 'n' }), over(0)]);
    expect(call).toMatchObject({ part: 'tool_call', id: expect.stringMatching(/^call_[0-9a-f]{24}$/) });
  });

  test('the end is told once', () => {
    const one = decoder();
    one.push(start);
    expect(one.push({ type: 'message_stop' }).at(-1)?.type).toBe('finish');
    expect(one.end()).toEqual([]);
  });
});

test.each([
  ['stop_sequence', { stop_sequence: 'x' }, { reason: 'stop_sequence', raw: 'stop_sequence', stopSequence: 'x' }],
  ['max_tokens', {}, { reason: 'length', raw: 'max_tokens' }],
  ['model_context_window_exceeded', {}, { reason: 'length', raw: 'model_context_window_exceeded' }],
  ['pause_turn', {}, { reason: 'pause', raw: 'pause_turn' }],
  ['refusal', {}, { reason: 'refusal', raw: 'refusal' }],
  ['of_a_later_time', {}, { reason: 'other', raw: 'of_a_later_time' }],
])('a finish of %s', (stop_reason, more, finish) =>
  expect(decoded([start, { type: 'message_delta', delta: { stop_reason, ...more } }]).at(-1)).toEqual({
    type: 'finish',
    finish,
  } as AnswerEvent),
);

test("the provider's words for a refusal are a refusal", () =>
  expect(
    decoded([
      start,
      { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: { explanation: 'no' } } },
    ]).slice(1, 4),
  ).toEqual([
    { type: 'part_start', index: 0, part: 'refusal' },
    { type: 'delta', index: 0, text: 'no' },
    { type: 'part_end', index: 0 },
  ]));

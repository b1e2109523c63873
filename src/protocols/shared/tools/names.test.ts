import { describe, expect, test } from 'bun:test';
import type { Conversation } from '../../../core/conversation.ts';
import type { AnswerEvent } from '../../../core/event.ts';
import type { Codec } from '../../codec.ts';
import { codec as anthropicMessages } from '../../anthropic-messages/codec.ts';
import { codec as gemini } from '../../gemini/codec.ts';
import { codec as openaiChat } from '../../openai-chat/codec.ts';
import { codec as openaiResponses } from '../../openai-responses/codec.ts';

type Calling = (name: string) => object;

/** What each API takes, and an answer of it in which `name` is called; as a stream where an event tells the name. */
const DIALECTS: readonly [string, { codec: Codec; rule: RegExp; answer: Calling; event: Calling }][] = [
  [
    'anthropic-messages',
    {
      codec: anthropicMessages,
      rule: /^[a-zA-Z0-9_-]{1,128}$/,
      answer: (name) => ({ content: [{ type: 'tool_use', id: '1', name, input: {} }], stop_reason: 'tool_use' }),
      event: (name) => ({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: '1', name, input: {} },
      }),
    },
  ],
  [
    'gemini',
    {
      codec: gemini,
      rule: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/,
      answer: (name) => ({
        candidates: [{ content: { parts: [{ functionCall: { name, args: {} } }] }, finishReason: 'STOP' }],
      }),
      event: (name) => ({
        candidates: [{ content: { parts: [{ functionCall: { name, args: {} } }] }, finishReason: 'STOP' }],
      }),
    },
  ],
  [
    'openai-chat',
    {
      codec: openaiChat,
      rule: /^[a-zA-Z0-9_-]{1,64}$/,
      answer: (name) => ({
        choices: [{ message: { tool_calls: [{ id: '1', type: 'function', function: { name, arguments: '{}' } }] } }],
      }),
      event: (name) => ({
        choices: [
          { delta: { tool_calls: [{ index: 0, id: '1', type: 'function', function: { name, arguments: '{}' } }] } },
        ],
      }),
    },
  ],
  [
    'openai-responses',
    {
      codec: openaiResponses,
      rule: /^[a-zA-Z0-9_-]{1,128}$/,
      answer: (name) => ({
        status: 'completed',
        output: [{ type: 'function_call', call_id: '1', name, arguments: '{}' }],
      }),
      event: (name) => ({
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'function_call', id: 'fc_1', call_id: '1', name, arguments: '', status: 'in_progress' },
      }),
    },
  ],
];
const NAMES = ['get_weather', 'ns.tool:x-1', '1st', '-dash', 'a.b/c d', 'Wetter_für', 'x'.repeat(64), 'y'.repeat(200)];

describe.each(DIALECTS)('%s', (_name, { codec, rule, answer, event }) => {
  test.each(NAMES)('takes the tool %s, and the client gets calls of that name', (name) => {
    const other = `${name}!`;
    const conversation: Conversation = {
      system: [],
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'q' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: '1', name, arguments: '{}' }] },
        { role: 'user', parts: [{ type: 'tool_result', callId: '1', name, content: [] }] },
      ],
      tools: [
        { type: 'function', name },
        { type: 'function', name: other },
      ],
      toolChoice: { mode: 'tool', name },
      settings: {},
      stream: false,
      wantsUsage: true,
      unsupported: [],
    };
    const encoded = codec.encodeRequest(conversation, { model: 'own-model', quirks: {} });
    const written = [...JSON.stringify(encoded.body).matchAll(/"name":"(.*?)"/g)].map(([, match = '']) => match);
    expect(written.filter((one) => !rule.test(one))).toEqual([]);
    // One name for the tool wherever it stands, and another for the other.
    expect(new Set(written).size).toBe(2);
    const wire = written.find((one, at) => written.indexOf(one) !== at) ?? '';

    const [part] = encoded.decodeAnswer(answer(wire)).parts;
    expect(part).toMatchObject({ type: 'tool_call', name });
    const events: readonly AnswerEvent[] = encoded.decodeStream().push(event(wire), undefined);
    expect(events).toContainEqual(expect.objectContaining({ type: 'part_start', part: 'tool_call', name }));
  });
});

describe.each(DIALECTS)('%s, names that come to one', (_name, { codec }) => {
  const written = (tools: readonly string[]): string[] => {
    const conversation: Conversation = {
      system: [],
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'q' }] }],
      tools: tools.map((name) => ({ type: 'function', name })),
      settings: {},
      stream: false,
      wantsUsage: true,
      unsupported: [],
    };
    const { body } = codec.encodeRequest(conversation, { model: 'own-model', quirks: {} });
    return [...JSON.stringify(body).matchAll(/"name":"(.*?)"/g)].map(([, match = '']) => match);
  };

  test('differ, whatever their order', () => {
    const [hashed = ''] = written(['a b']);
    const names = ['a b', hashed, 'a_b'];
    const first = written(names);
    expect(new Set(first).size).toBe(3);
    expect(first.slice(1)).toEqual(names.slice(1));
    expect(written(names.toReversed()).toReversed()).toEqual(first);
  });

  test('are the same in every request', () => {
    expect(written(['a b', 'c d'])[0]).toBe(written(['x y', 'a b'])[1] ?? '');
  });
});

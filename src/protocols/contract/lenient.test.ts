// Answers that are not quite of their dialect: what has one meaning is read, what has none is an error.
import { describe, expect, test } from 'bun:test';
import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { JsonObject } from '../../lib/json.ts';
import { anthropicMessages } from '../anthropic-messages/protocol.ts';
import { gemini } from '../gemini/protocol.ts';
import { openaiChat } from '../openai-chat/protocol.ts';
import type { Protocol } from '../protocol.ts';
import { conversationOf, says, WEATHER } from './samples.fixture.ts';

const encoded = (protocol: Protocol, stream: boolean): ReturnType<Protocol['codec']['encodeRequest']> =>
  protocol.codec.encodeRequest(conversationOf([says({ type: 'text', text: 'x' })], { stream, tools: [WEATHER] }), {
    model: 'm',
    quirks: {},
  });

function streamed(protocol: Protocol, events: readonly JsonObject[]): Completion {
  const decoder = encoded(protocol, true).decodeStream();
  const builder = new CompletionBuilder();
  for (const event of events) for (const said of decoder.push(event, undefined)) builder.push(said);
  for (const said of decoder.end()) builder.push(said);
  return builder.build();
}

function said({ parts }: Completion): string[] {
  return parts.map((part) => {
    if (part.type === 'tool_call') return `${part.name} ${part.arguments}`;
    return 'text' in part ? `${part.type} ${part.text}` : part.type;
  });
}

const chunk = (choice: unknown): JsonObject => ({ id: 'c', choices: [choice] });
const FINISH = chunk({ index: 0, delta: {}, finish_reason: 'stop' });

const CHAT: readonly (readonly [string, readonly JsonObject[], readonly string[]])[] = [
  ['an index in quotes', [chunk({ index: '0', delta: { content: 'hi' } })], ['text hi']],
  ['no index', [chunk({ delta: { content: 'hi' } })], ['text hi']],
  [
    'message for delta',
    [chunk({ index: 0, message: { content: 'h' } }), chunk({ message: { content: 'i' } })],
    ['text hi'],
  ],
  ['an empty delta beside the message', [chunk({ delta: {}, message: { content: 'hi' } })], ['text hi']],
  [
    'a message that says all again',
    [chunk({ delta: { content: 'hi' } }), chunk({ delta: {}, message: { content: 'hi' } })],
    ['text hi'],
  ],
  ['a delta that is the text', [chunk({ delta: 'hi' })], ['text hi']],
  ['the text alone', [chunk({ text: 'hi' })], ['text hi']],
  ['a number', [chunk({ delta: { content: 4 } }), chunk({ delta: { content: 2 } })], ['text 42']],
  ['a boolean', [chunk({ delta: { content: false } })], ['text false']],
  ['a list of parts', [chunk({ delta: { content: [{ type: 'text', text: 'h' }, 'i'] } })], ['text hi']],
  ['one part', [chunk({ delta: { content: { type: 'text', text: 'hi' } } })], ['text hi']],
  ['one choice', [{ choices: { index: 0, delta: { content: 'hi' } } }], ['text hi']],
  ['reasoning that is a number', [chunk({ delta: { reasoning_content: 7 } })], ['reasoning 7']],
  [
    'one call without a list, with arguments that are no string',
    [chunk({ delta: { tool_calls: { index: '0', id: 7, function: { name: 'f', arguments: { a: 1 } } } } })],
    ['f {"a":1}'],
  ],
  [
    'indexes of calls in quotes',
    [
      chunk({ delta: { tool_calls: [{ index: '0', id: 'a', function: { name: 'f', arguments: '{' } }] } }),
      chunk({ delta: { tool_calls: [{ index: '1', id: 'b', function: { name: 'g', arguments: '{"b"' } }] } }),
      chunk({ delta: { tool_calls: [{ index: '0', function: { arguments: '}' } }] } }),
      chunk({ delta: { tool_calls: [{ index: '1', function: { arguments: ':1}' } }] } }),
    ],
    ['f {}', 'g {"b":1}'],
  ],
  [
    'a call without its function around it',
    [chunk({ delta: { tool_calls: [{ id: 'a', name: 'f', arguments: '{}' }] } })],
    ['f {}'],
  ],
  ['the older function_call', [chunk({ delta: { function_call: { name: 'f', arguments: '{}' } } })], ['f {}']],
];

const delta = (index: unknown, more: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: more });
const MESSAGES: typeof CHAT = [
  [
    'no message_start',
    [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      delta(0, { type: 'text_delta', text: 'hi' }),
    ],
    ['text hi'],
  ],
  ['no content_block_start', [delta(0, { type: 'text_delta', text: 'hi' })], ['text hi']],
  [
    'thoughts without one',
    [delta(0, { type: 'thinking_delta', thinking: 'hm' }), delta(1, { type: 'text_delta', text: 'hi' })],
    ['reasoning hm', 'text hi'],
  ],
  ['a delta without its type', [delta(0, { text: 'hi' })], ['text hi']],
  [
    'an index in quotes',
    [
      { type: 'content_block_start', index: '0', content_block: { type: 'text', text: '' } },
      delta(0, { type: 'text_delta', text: 'hi' }),
    ],
    ['text hi'],
  ],
  ['a number', [delta(0, { type: 'text_delta', text: 42 })], ['text 42']],
  [
    'arguments that are an object',
    [
      { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 3, name: 'f', input: {} } },
      delta(0, { type: 'input_json_delta', partial_json: { a: 1 } }),
    ],
    ['f {"a":1}'],
  ],
];

const candidate = (more: JsonObject): JsonObject => ({ candidates: [more] });
const GEMINI: typeof CHAT = [
  ['one part', [candidate({ content: { parts: { text: 'hi' } } })], ['text hi']],
  ['a part that is the text', [candidate({ content: { parts: ['hi'] } })], ['text hi']],
  ['a number', [candidate({ content: { parts: [{ text: 42 }] } })], ['text 42']],
  ['one candidate', [{ candidates: { content: { parts: [{ text: 'hi' }] } } }], ['text hi']],
  ['an index in quotes', [candidate({ index: '0', content: { parts: [{ text: 'hi' }] } })], ['text hi']],
  [
    'snake case',
    [candidate({ content: { parts: [{ function_call: { name: 'f', args: { a: 1 } } }] }, finish_reason: 'STOP' })],
    ['f {"a":1}'],
  ],
  [
    'arguments in a string',
    [candidate({ content: { parts: [{ functionCall: { name: 'f', args: '{"a":1}' } }] } })],
    ['f {"a":1}'],
  ],
];

describe.each([
  ['chat', openaiChat, CHAT],
  ['messages', anthropicMessages, MESSAGES],
  ['gemini', gemini, GEMINI],
] as const)('a stream of %s', (_name, protocol, rows) => {
  test.each(rows)('%s', (_what, events, expected) => {
    const end = protocol === openaiChat ? [FINISH] : [];
    expect(said(streamed(protocol, [...events, ...end]))).toEqual([...expected]);
    const reader = protocol.stream.read(undefined, 'generate');
    expect(events.map((event) => reader.see(event))).toContain('content');
  });
});

describe('what nobody can read is an error', () => {
  test.each([
    ['chat: content', openaiChat, [chunk({ delta: { content: { x: 1 } } })]],
    ['chat: a part', openaiChat, [chunk({ delta: { content: [{ x: 1 }] } })]],
    ['messages: a text', anthropicMessages, [delta(0, { type: 'text_delta', text: { x: 1 } })]],
    [
      'messages: a call that nobody has named',
      anthropicMessages,
      [delta(0, { type: 'input_json_delta', partial_json: '{' })],
    ],
    ['gemini: a text', gemini, [candidate({ content: { parts: [{ text: { x: 1 } }] } })]],
    ['gemini: a call without a name', gemini, [candidate({ content: { parts: [{ functionCall: { args: {} } }] } })]],
  ] as const)('%s', (_what, protocol, events) => {
    expect(() => streamed(protocol, events)).toThrow();
  });
});

describe('a plain answer', () => {
  test.each([
    ['chat: one choice', openaiChat, { choices: { message: { content: 'hi' } } }, ['text hi']],
    ['chat: a message that is the text', openaiChat, { choices: [{ message: 'hi' }] }, ['text hi']],
    ['chat: a number', openaiChat, { choices: [{ message: { content: 42 } }] }, ['text 42']],
    ['chat: one part', openaiChat, { choices: [{ message: { content: { type: 'text', text: 'hi' } } }] }, ['text hi']],
    [
      'chat: one call',
      openaiChat,
      { choices: [{ message: { tool_calls: { id: 1, function: { name: 'f', arguments: {} } } } }] },
      ['f {}'],
    ],
    ['chat: text alone', openaiChat, { choices: [{ text: 'hi' }] }, ['text hi']],
    ['messages: a string', anthropicMessages, { content: 'hi', stop_reason: 'end_turn' }, ['text hi']],
    ['messages: one block', anthropicMessages, { content: { type: 'text', text: 'hi' } }, ['text hi']],
    [
      'messages: input in a string',
      anthropicMessages,
      { content: [{ type: 'tool_use', id: 'a', name: 'f', input: '{"a":1}' }] },
      ['f {"a":1}'],
    ],
    [
      'gemini: one candidate',
      gemini,
      { candidates: { content: { parts: { text: 'hi' } }, finishReason: 'stop' } },
      ['text hi'],
    ],
    [
      'gemini: a list of chunks',
      gemini,
      [
        candidate({ content: { parts: [{ text: 'h' }] } }),
        candidate({ content: { parts: [{ text: 'i' }] }, finishReason: 'STOP' }),
      ],
      ['text hi'],
    ],
  ] as const)('%s', (_what, protocol, body, expected) => {
    expect(said(encoded(protocol, false).decodeAnswer(body))).toEqual([...expected]);
    expect(protocol.holdsAnswer(body)).toBe(true);
  });

  test('whose time and id are of other types', () => {
    const { id, createdAt } = encoded(openaiChat, false).decodeAnswer({
      id: 12,
      created: '1700000000',
      choices: [{ message: { content: 'x' } }],
    });
    expect([id, createdAt]).toEqual(['12', 1_700_000_000]);
  });
});

test('a finish in other letters is the same', () => {
  expect(
    streamed(gemini, [candidate({ content: { parts: [{ text: 'x' }] }, finishReason: 'max_tokens' })]).finish.reason,
  ).toBe('length');
});

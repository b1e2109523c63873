import { describe, expect, test } from 'bun:test';
import { asStream } from './replay.ts';
import { MESSAGE_STOP } from './sentinels.ts';
import { isEnd, MessageStreamReader } from './stream.ts';

function see(reader: MessageStreamReader, event: unknown, name?: string) {
  return reader.see(event, name);
}

function delta(fields: object): object {
  return { type: 'content_block_delta', index: 0, delta: fields };
}

function start(block: object): object {
  return { type: 'content_block_start', index: 0, content_block: block };
}

describe('what an event means', () => {
  test.each([
    ['message_start', { type: 'message_start', message: { usage: { input_tokens: 1 } } }, 'other'],
    ['ping', { type: 'ping' }, 'other'],
    ['an empty text block', start({ type: 'text', text: '' }), 'other'],
    ['a text block with text', start({ type: 'text', text: 'a' }), 'content'],
    ['a block of thoughts', start({ type: 'thinking', thinking: '', signature: '' }), 'other'],
    ['a redacted one', start({ type: 'redacted_thinking', data: 'x' }), 'content'],
    ['a call', start({ type: 'tool_use', id: 'a', name: 'b', input: {} }), 'content'],
    ["a call of the provider's own", start({ type: 'server_tool_use', id: 'a', name: 'b', input: {} }), 'content'],
    ['text', delta({ type: 'text_delta', text: 'a' }), 'content'],
    ['no text', delta({ type: 'text_delta', text: '' }), 'other'],
    ['thoughts', delta({ type: 'thinking_delta', thinking: 'a' }), 'content'],
    ['a signature', delta({ type: 'signature_delta', signature: 'a' }), 'content'],
    ['input', delta({ type: 'input_json_delta', partial_json: '{' }), 'content'],
    ['no input', delta({ type: 'input_json_delta', partial_json: '' }), 'other'],
    ['a citation', delta({ type: 'citations_delta', citation: {} }), 'content'],
    ['the end of a block', { type: 'content_block_stop', index: 0 }, 'other'],
    ['a finish', { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} }, 'content'],
    ['usage alone', { type: 'message_delta', delta: { stop_reason: null }, usage: {} }, 'other'],
    ['the end', { type: 'message_stop' }, 'end'],
    ['a reason that nobody knows', { type: 'message_delta', delta: { stop_reason: 'tired' }, usage: {} }, 'other'],
    ['a broken one', { type: 'message_delta', delta: { stop_reason: 'network_error' }, usage: {} }, 'broken'],
    ['an error', { type: 'error', error: { type: 'overloaded_error' } }, 'error'],
    ['an error without a type', { error: { message: 'x' } }, 'error'],
    ['an event of a later time', { type: 'message_pause' }, 'other'],
    ['null', null, 'other'],
    ['a string', 'x', 'other'],
  ] as const)('%s', (_what, event, expected) => expect(see(new MessageStreamReader(), event)).toBe(expected));

  test('an end without a reason is broken, where the last word was that there is none', () => {
    const none = { type: 'message_delta', delta: { stop_reason: null }, usage: {} };
    const reader = new MessageStreamReader();
    see(reader, none);
    expect([reader.broken?.word, see(reader, { type: 'message_stop' })]).toEqual(['null', 'broken']);
    const late = new MessageStreamReader();
    see(late, { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} });
    see(late, none);
    expect([late.broken, see(late, { type: 'message_stop' })]).toEqual([undefined, 'end']);
  });

  test('the name alone makes an error', () => expect(see(new MessageStreamReader(), {}, 'error')).toBe('error'));
});

test('finished once a reason has come', () => {
  const reader = new MessageStreamReader();
  see(reader, delta({ type: 'text_delta', text: 'a' }));
  see(reader, { type: 'message_delta', delta: { stop_reason: null } });
  expect(reader.finished).toBe(false);
  see(reader, { type: 'message_delta', delta: { stop_reason: 'max_tokens' } });
  expect(reader.finished).toBe(true);
});

test('usage of the beginning and of the end is put together', () => {
  const reader = new MessageStreamReader();
  expect(reader.usage).toBeUndefined();
  const usage = { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 3, output_tokens: 1 };
  see(reader, { type: 'message_start', message: { usage } });
  see(reader, { type: 'message_delta', delta: {}, usage: { output_tokens: 7, input_tokens: null } });
  see(reader, {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } },
  });
  expect(reader.usage).toEqual({
    promptTokens: 18,
    completionTokens: 9,
    cachedTokens: 5,
    cacheWriteTokens: 3,
    reasoningTokens: 4,
  });
});

test.each([
  ['text_delta', 'text', '"text":"'],
  ['thinking_delta', 'thinking', '"thinking":"'],
  ['signature_delta', 'signature', undefined],
  ['__proto__', 'text', undefined],
  ['constructor', 'text', undefined],
])('the text of a %s stands behind its key', (type, field, key) => {
  const reader = new MessageStreamReader();
  see(reader, delta({ type, [field]: 'a' }));
  expect(reader.textKey).toBe(key);
  see(reader, { type: 'content_block_stop', index: 0 });
  expect(reader.textKey).toBeUndefined();
});

test('the end is known without parsing', () => {
  expect(isEnd('{"type":"message_stop"}')).toBe(true);
  expect(isEnd('{"type":"message_stop"          }')).toBe(true);
  expect(isEnd('{"type":"message_delta","delta":{}}')).toBe(false);
});

test('a plain answer as a stream', () => {
  const text = asStream({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: 'a', citations: [{ type: 'char_location' }] },
      { type: 'tool_use', id: 't', name: 'n', input: { a: 1 } },
      { type: 'redacted_thinking', data: 'd' },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 2 },
  });
  expect(text?.match(/^event: .*/gm)).toEqual([
    'event: message_start',
    ...['start', 'delta', 'delta', 'stop'].map((part) => `event: content_block_${part}`),
    ...['start', 'delta', 'delta', 'stop'].map((part) => `event: content_block_${part}`),
    ...['start', 'delta', 'stop'].map((part) => `event: content_block_${part}`),
    ...['start', 'stop'].map((part) => `event: content_block_${part}`),
    'event: message_delta',
    'event: message_stop',
  ]);
  expect(text).toContain('"stop_reason":null');
  expect(text).toEndWith(MESSAGE_STOP);
  expect(asStream({ type: 'error', error: {} })).toBeUndefined();
  expect(asStream(null)).toBeUndefined();
});

import { describe, expect, test } from 'bun:test';
import { openaiResponses } from './protocol.ts';
import { ResponsesStreamReader } from './stream.ts';

function see(event: unknown, name?: string): string {
  return new ResponsesStreamReader().see(event, name);
}

describe('what an event means', () => {
  test.each([
    [{ type: 'response.created', response: { status: 'in_progress', error: null } }, 'other'],
    [{ type: 'response.queued', response: {} }, 'other'],
    [{ type: 'response.in_progress', response: {} }, 'other'],
    [{ type: 'response.output_item.added', item: { type: 'message' } }, 'other'],
    [{ type: 'response.output_item.added', item: { type: 'reasoning' } }, 'other'],
    [{ type: 'response.output_item.added', item: { type: 'function_call' } }, 'content'],
    [{ type: 'response.output_item.added', item: { type: 'web_search_call' } }, 'content'],
    [{ type: 'response.content_part.added', part: { type: 'output_text' } }, 'other'],
    [{ type: 'response.output_text.delta', delta: 'a' }, 'content'],
    [{ type: 'response.output_text.delta', delta: '' }, 'other'],
    [{ type: 'response.refusal.delta', delta: 'no' }, 'content'],
    [{ type: 'response.reasoning_summary_text.delta', delta: 'hm' }, 'content'],
    [{ type: 'response.reasoning_text.delta', delta: 'hm' }, 'content'],
    [{ type: 'response.function_call_arguments.delta', delta: '{' }, 'content'],
    [{ type: 'response.custom_tool_call_input.delta', delta: 'x' }, 'content'],
    [{ type: 'response.image_generation_call.partial_image' }, 'content'],
    [{ type: 'response.output_item.done', item: { type: 'reasoning' } }, 'content'],
    [{ type: 'response.completed', response: {} }, 'end'],
    [{ type: 'response.incomplete', response: { incomplete_details: { reason: 'content_filter' } } }, 'end'],
    [{ type: 'response.failed', response: {} }, 'error'],
    [{ type: 'error', code: 'x', message: 'y' }, 'error'],
    [{ error: { message: 'y' } }, 'error'],
    [{ type: 'keepalive' }, 'other'],
    [null, 'other'],
    [7, 'other'],
  ] as const)('%j: %s', (event, expected) => expect(see(event)).toBe(expected));

  test('an event named error is one', () => expect(see({ message: 'x' }, 'error')).toBe('error'));
});

test('a stream is over with its last event, which has the usage', () => {
  const reader = new ResponsesStreamReader();
  expect(reader.finished).toBe(false);
  const usage = { input_tokens: 3, output_tokens: 5, output_tokens_details: { reasoning_tokens: 2 } };
  reader.see({ type: 'response.completed', response: { usage } });
  expect(reader.finished).toBe(true);
  expect(reader.usage).toMatchObject({ promptTokens: 3, completionTokens: 5, reasoningTokens: 2 });
});

test('nothing can be added to a stream that makes it whole', () => {
  expect(openaiResponses.stream.end).toBe('');
  expect(openaiResponses.stream.isEnd('[DONE]')).toBe(false);
});

test.each([
  [undefined],
  [{ id: 'x' }],
  [{ object: 'response', status: 'queued', output: [] }],
  [{ object: 'response', status: 'failed', output: [], error: {} }],
])('a plain answer that is none is no stream: %j', (body) => {
  expect(openaiResponses.stream.fromPlain(body)).toBeUndefined();
});

test.each([
  ['completed', 'completed', 'end'],
  ['completed', 'complete', 'end'],
  ['incomplete', 'incomplete', 'end'],
  ['completed', 'cancelled', 'broken'],
  ['completed', 'in_progress', 'broken'],
  ['completed', 'queued', 'broken'],
  ['incomplete', 'tired', 'broken'],
  ['cancelled', 'cancelled', 'broken'],
] as const)('response.%s with the status %s', (type, status, meaning) => {
  const reader = new ResponsesStreamReader();
  expect(reader.see({ type: `response.${type}`, response: { status, output: [] } })).toBe(meaning);
});

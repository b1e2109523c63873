import { expect, test } from 'bun:test';

import type { JsonObject } from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { ChatStreamDecoder } from './decode-stream.ts';

function decode(...entries: readonly JsonObject[]): string[] {
  const decoder = new ChatStreamDecoder({ model: 'm', wrapped: new Set() });
  const chunks = entries.map((entry) => ({ choices: [{ index: 0, delta: { tool_calls: [entry] } }] }));
  const events = [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
  return events.flatMap((event) =>
    event.type === 'part_start' && event.part === 'tool_call'
      ? [event.name]
      : event.type === 'delta'
        ? [event.text]
        : [],
  );
}

const call = (name: string, args: string, more: JsonObject = {}) => ({ function: { name, arguments: args }, ...more });

test('a name that is repeated is one', () =>
  expect(decode(call('f', '{"a"', { index: 0, id: 'x' }), call('f', ':1}', { index: 0, id: 'x' }))).toEqual([
    'f',
    '{"a"',
    ':1}',
  ]));

test.each([
  ['in pieces', call('get_', '', { index: 0, id: 'x' }), call('weather', '{}', { index: 0 })],
  ['in pieces with an id', call('get_', '', { index: 0, id: 'x' }), call('weather', '{}', { index: 0, id: 'x' })],
  ['that grows', call('get_', '', { index: 0, id: 'x' }), call('get_weather', '{}', { index: 0, id: 'x' })],
  ['that changes inside its arguments', call('f', '{"a"', { index: 0 }), call('g', ':1}', { index: 0 })],
])('a name %s can mean two things, and is an error', (_how, one, other) => {
  expect(() => decode(one, other)).toThrow(MalformedAnswer);
});

test('another name behind whole arguments is another call', () =>
  expect(decode(call('f', '{}', { index: 0 }), call('g', '{"b":2}', { index: 0 }))).toEqual([
    'f',
    '{}',
    'g',
    '{"b":2}',
  ]));

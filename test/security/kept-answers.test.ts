// What the translation of an answer keeps is bounded, whatever the backend makes it keep: texts that a dialect tells
// again, sounds, arguments and signatures that are told whole, calls that never end, parts that wait for others.
import { describe, expect, test } from 'bun:test';
import { AnswerWork } from '../../src/core/answer-work.ts';
import type { AnswerEvent } from '../../src/core/event.ts';
import { DEFAULT_WORK, TooComplex } from '../../src/core/work.ts';
import { conversationOf, HELLO, replyTo, WEATHER } from '../../src/protocols/contract/samples.fixture.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { MODELS } from './growth-runs.ts';

const UNITS = 10_000;
const VALUES = 500;
const WORDS = 'x'.repeat(100);

function work(): AnswerWork {
  return new AnswerWork({ ...DEFAULT_WORK, values: VALUES }, () => undefined, UNITS);
}

function choice(delta: object): object {
  return { id: 'c', choices: [{ index: 0, delta }] };
}

function piece(part: object): object {
  return { candidates: [{ content: { parts: [part] } }] };
}

const partial = (jsonPath: string, stringValue: string): object =>
  piece({ functionCall: { willContinue: true, partialArgs: [{ jsonPath, stringValue }] } });

/** What a backend sends first, and then again and again. */
const READ: readonly (readonly [dialect: string, what: string, first: object, next: (at: number) => object])[] = [
  ['openai-chat', 'a sound', choice({}), () => choice({ audio: { data: WORDS } })],
  ['openai-chat', 'thoughts', choice({}), () => choice({ reasoning_content: WORDS })],
  [
    'openai-chat',
    'calls without a name',
    choice({}),
    (at) => choice({ tool_calls: [{ index: at, function: { arguments: '{' } }] }),
  ],
  [
    'openai-chat',
    'arguments',
    choice({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":"' } }] }),
    () => choice({ tool_calls: [{ index: 0, function: { arguments: WORDS } }] }),
  ],
  [
    'openai-responses',
    'items',
    { type: 'response.created', response: {} },
    (at) => ({ type: 'response.output_item.added', output_index: at, item: { type: 'web_search_call', id: `w${at}` } }),
  ],
  [
    'openai-responses',
    'contents of a message',
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'm' } },
    (at) => ({ type: 'response.output_text.delta', output_index: 0, content_index: at, delta: 'x' }),
  ],
  [
    'openai-responses',
    'summaries',
    { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'r' } },
    (at) => ({ type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: at * 1e6, delta: 'x' }),
  ],
  [
    'anthropic-messages',
    'blocks',
    { type: 'message_start', message: {} },
    (at) => ({ type: 'content_block_start', index: at, content_block: { type: 'server_tool_use' } }),
  ],
  [
    'anthropic-messages',
    'the input of a tool of its own',
    { type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use' } },
    () => ({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: WORDS } }),
  ],
  [
    'anthropic-messages',
    'citations',
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    () => ({ type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: {} } }),
  ],
  ['gemini', 'a text', piece({ text: 'x' }), () => piece({ text: WORDS })],
  ['gemini', 'arguments', piece({ functionCall: { name: 'f', willContinue: true } }), () => partial('$.a', WORDS)],
  [
    'gemini',
    'arguments in many places',
    piece({ functionCall: { name: 'f', willContinue: true } }),
    (at) => partial(`$.a${at}`, ''),
  ],
  [
    'gemini',
    'sources',
    piece({ text: 'x' }),
    (at) => ({
      candidates: [
        {
          content: { parts: [] },
          groundingMetadata: { groundingChunks: [{ web: { uri: `https://example.com/${at}`, title: WORDS } }] },
        },
      ],
    }),
  ],
];

describe('reading', () => {
  test.each(READ)('%s: %s', (dialect, _what, first, next) => {
    const asked = conversationOf([HELLO], { tools: [WEATHER], stream: true });
    const encoded = protocolOf(dialect).codec.encodeRequest(asked, { model: MODELS[dialect] ?? '', quirks: {} });
    const decoder = encoded.decodeStream(work());
    decoder.push(first, undefined);
    expect(() => {
      for (let at = 1; at < 2000; at++) decoder.push(next(at), undefined);
    }).toThrow(TooComplex);
  });
});

const START: AnswerEvent = { type: 'start', id: 'a', model: 'm' };
const call = (index: number): AnswerEvent => ({
  type: 'part_start',
  index,
  part: 'tool_call',
  id: `c${index}`,
  name: 'f',
});
const more = (index: number): AnswerEvent => ({ type: 'delta', index, text: WORDS });

const WRITTEN: readonly (readonly [dialect: string, what: string, first: AnswerEvent[], next: AnswerEvent])[] = [
  ['openai-responses', 'a text', [{ type: 'part_start', index: 0, part: 'text' }], more(0)],
  ['openai-responses', 'thoughts', [{ type: 'part_start', index: 0, part: 'reasoning' }], more(0)],
  ['openai-responses', 'arguments', [call(0)], more(0)],
  ['openai-responses', 'a call beside another', [call(0), call(1)], more(1)],
  ['openai-chat', 'thoughts', [{ type: 'part_start', index: 0, part: 'reasoning' }], more(0)],
  ['anthropic-messages', 'a call beside another', [call(0), call(1)], more(1)],
  ['gemini', 'a text', [{ type: 'part_start', index: 0, part: 'text' }], more(0)],
  ['gemini', 'arguments', [call(0)], more(0)],
];

describe('writing', () => {
  test.each(WRITTEN)('%s: %s', (dialect, _what, first, next) => {
    const encoder = protocolOf(dialect).codec.encodeStream({ ...replyTo(conversationOf([HELLO])), work: work() });
    for (const event of [START, ...first]) encoder.push(event);
    expect(() => {
      for (let at = 0; at < 2000; at++) encoder.push(next);
    }).toThrow(TooComplex);
  });
});

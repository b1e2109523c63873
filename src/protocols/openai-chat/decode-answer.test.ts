import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { decodeAnswer } from './decode-answer.ts';

const reading = { model: 'm', wrapped: new Set<string>() };

function decode(message: Json, choice: Json = {}): Json {
  return decodeAnswer({ id: 'x', created: 7, model: 'up', choices: [{ message, ...choice }] }, reading);
}

describe('parts', () => {
  test.each<[string, Json, Json]>([
    ['text', { content: 'a' }, [{ type: 'text', text: 'a' }]],
    ['nothing', { content: null }, []],
    ['no content', {}, []],
    [
      'empty things of every kind',
      {
        content: '',
        refusal: '',
        tool_calls: null,
        function_call: { name: '', arguments: '' },
        audio: { data: '', transcript: '' },
      },
      [],
    ],
    [
      'Mistral',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'a' },
          { type: 'reference', reference_ids: [1] },
        ],
      },
      [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'a' },
      ],
    ],
    [
      'thoughts',
      { content: 'a', reasoning: 'hm' },
      [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'a' },
      ],
    ],
    ['a refusal', { content: null, refusal: 'no' }, [{ type: 'refusal', text: 'no' }]],
    [
      'a legacy call',
      { function_call: { name: 'f', arguments: '' } },
      [{ type: 'tool_call', id: expect.stringMatching(/^call_[0-9a-f]{24}$/), name: 'f', arguments: '{}' }],
    ],
    [
      'a custom call',
      { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f', input: 'x' } }] },
      [{ type: 'tool_call', id: 'a', name: 'f', arguments: 'x', freeform: true }],
    ],
    [
      'sound',
      { content: null, audio: { id: 'a', data: 'AAAA', transcript: 'hi' } },
      [
        { type: 'text', text: 'hi' },
        { type: 'media', kind: 'audio' },
      ],
    ],
    [
      'a picture',
      { content: '', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
      [{ type: 'media', kind: 'image', source: { data: 'AAAA' } }],
    ],
    [
      'encrypted thoughts',
      { content: 'a', reasoning_details: [{ type: 'reasoning.encrypted', data: 'D', id: 'rs_1' }] },
      [
        { type: 'reasoning', text: '', redacted: true, id: 'rs_1', signature: { protocol: 'openai-chat', model: 'm' } },
        { type: 'text' },
      ],
    ],
    [
      'encrypted thoughts beside words for them',
      { content: 'a', reasoning: 'hm', reasoning_details: [{ type: 'reasoning.encrypted', data: 'D', id: 'rs_1' }] },
      [
        { type: 'reasoning', text: 'hm' },
        { type: 'reasoning', text: '', id: 'rs_1' },
        { type: 'text', text: 'a' },
      ],
    ],
  ])('%s', (_what, message, expected) => expect(decode(message).parts).toMatchObject(expected));

  test('citations are the text’s', () => {
    const url_citation = { url: 'https://x', title: 'X', start_index: 0, end_index: 1 };
    expect(decode({ content: 'a', annotations: [{ type: 'url_citation', url_citation }] }).parts[0].citations).toEqual([
      { kind: 'url', url: 'https://x', title: 'X', citedText: undefined, start: 0, end: 1 },
    ]);
  });
});

test.each<[Json, Json, string]>([
  [{ content: 'a' }, { finish_reason: '' }, 'stop'],
  [{ content: 'a' }, {}, 'stop'],
  [{ content: 'a' }, { finish_reason: 'length' }, 'length'],
  [{ content: 'a', refusal: 'no' }, { finish_reason: 'stop' }, 'refusal'],
  [{ tool_calls: [{ function: { name: 'f' } }] }, { finish_reason: 'stop' }, 'tool_calls'],
])('%j with %j ends with %s', (message, choice, reason) => expect(decode(message, choice).finish.reason).toBe(reason));

test.each([[null], ['text'], [{}], [{ choices: [] }], [{ choices: [{}] }]])('%j is no answer', (body) => {
  expect(() => decodeAnswer(body, reading)).toThrow(MalformedAnswer);
});

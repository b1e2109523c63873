import { describe, expect, test } from 'bun:test';
import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import { MalformedAnswer } from '../codec.ts';
import { decodeAnswer } from './decode-answer.ts';
import type { Reading } from './decode-calls.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';

const READING: Reading = { model: 'm', freeform: new Set(['sh']), answerTool: 'final_answer' };
const signature = (value: string) => ({ protocol: 'gemini', model: 'm', value });

function told(...chunks: readonly object[]): Completion {
  const builder = new CompletionBuilder();
  const decoder = new GeminiStreamDecoder(READING);
  for (const chunk of chunks) for (const event of decoder.push(chunk)) builder.push(event);
  for (const event of decoder.end()) builder.push(event);
  return builder.build();
}

/** A chunk with these parts. */
function saying(parts: readonly object[], more: object = {}): object {
  return { candidates: [{ content: { role: 'model', parts }, index: 0, ...more }] };
}

describe('texts and thoughts', () => {
  test('go on until another kind comes', () => {
    const { parts } = told(
      saying([{ text: 'H', thought: true }]),
      saying([{ text: 'm.', thought: true }, { text: 'The ' }]),
      saying([{ text: 'end' }]),
      saying([{ functionCall: { name: 'f', id: 'x' } }, { text: '' }]),
      saying([{ text: '.' }]),
    );
    expect(parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'The end' },
      { type: 'tool_call', id: 'x', name: 'f', arguments: '{}' },
      { type: 'text', text: '.' },
    ]);
  });

  test('are signed by themselves or by the empty text behind them', () => {
    expect(told(saying([{ text: 'a' }]), saying([{ text: '', thoughtSignature: 'S' }])).parts).toMatchObject([
      { type: 'text', text: 'a', signature: signature('S') },
    ]);
    expect(told(saying([{ text: 'a', thoughtSignature: 'S' }]), saying([{ text: 'b' }])).parts).toMatchObject([
      { text: 'a', signature: signature('S') },
      { text: 'b', signature: undefined },
    ]);
    expect(
      told(saying([{ functionCall: { name: 'f' } }]), saying([{ text: '', thoughtSignature: 'S' }])).parts,
    ).toMatchObject([
      { type: 'tool_call', signature: undefined },
      { type: 'text', text: '', signature: signature('S') },
    ]);
    expect(told(saying([{ thoughtSignature: 'S' }])).parts).toMatchObject([
      { type: 'text', text: '', signature: signature('S') },
    ]);
  });
});

describe('calls', () => {
  test('without an id get one of their own', () => {
    const { parts } = told(saying([{ functionCall: { name: 'f' } }, { functionCall: { name: 'f', args: { a: 1 } } }]));
    const [first, second] = parts.map((part) => (part.type === 'tool_call' ? part.id : ''));
    expect(first).toMatch(/^call_[0-9a-f]{24}$/);
    expect(second).not.toBe(first);
  });

  test('are signed right after they begin', () => {
    const events = new GeminiStreamDecoder(READING).push(
      saying([{ functionCall: { name: 'f', args: {} }, thoughtSignature: 'S' }]),
    );
    expect(events.map(({ type }) => type)).toEqual(['start', 'part_start', 'signature', 'delta', 'part_end']);
  });

  test('of a freeform tool are its text', () => {
    const { parts } = told(
      saying([
        { functionCall: { name: 'sh', args: { input: 'ls' } } },
        { functionCall: { name: 'sh', args: { x: 1 } } },
      ]),
    );
    expect(parts).toMatchObject([
      { freeform: true, arguments: 'ls' },
      { freeform: true, arguments: '{"x":1}' },
    ]);
  });

  test('whose arguments come in pieces are put together', () => {
    const piece = (...partialArgs: readonly object[]) =>
      saying([{ functionCall: { partialArgs, willContinue: true } }]);
    const { parts, finish } = told(
      saying([{ functionCall: { name: 'f', id: 'x', willContinue: true }, thoughtSignature: 'S' }]),
      piece({ jsonPath: '$.city', stringValue: 'Bos', willContinue: true }),
      piece({ jsonPath: '$.city', stringValue: 'ton' }, { jsonPath: '$.n', numberValue: 3 }),
      piece({ jsonPath: "$.list[0]['a.b']", boolValue: false }, { jsonPath: '$.list[1]', nullValue: 'NULL_VALUE' }),
      piece({ jsonPath: '$.list[9999999]', stringValue: 'far' }, { jsonPath: '$.__proto__.x', stringValue: 'p' }),
      saying([{ functionCall: {} }], { finishReason: 'STOP' }),
    );
    expect(parts).toMatchObject([{ type: 'tool_call', id: 'x', signature: signature('S') }]);
    expect(JSON.parse((parts[0] as { arguments: string }).arguments)).toEqual(
      JSON.parse('{"city":"Boston","n":3,"list":[{"a.b":false},null],"__proto__":{"x":"p"}}'),
    );
    expect(finish.reason).toBe('tool_calls');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test('that never end are ended', () => {
    expect(told(saying([{ functionCall: { name: 'f', willContinue: true } }])).parts).toMatchObject([
      { name: 'f', arguments: '{}' },
    ]);
    expect(
      told(saying([{ functionCall: { name: 'f', willContinue: true } }]), saying([{ text: 'x' }])).parts,
    ).toMatchObject([{ name: 'f', arguments: '{}' }, { text: 'x' }]);
    expect(told(saying([{ functionCall: {} }])).parts).toEqual([]);
  });

  test('of the function that stands for the answer are the answer', () => {
    expect(
      told(saying([{ functionCall: { name: 'final_answer', args: { a: 1 } } }], { finishReason: 'STOP' })),
    ).toMatchObject({
      parts: [{ type: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop' },
    });
  });
});

test('pictures and traces of tools come whole; pictures of thoughts do not', () => {
  const trace = { executableCode: { code: '1' }, thoughtSignature: 'S' };
  const picture = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
  expect(
    told(saying([{ text: 'a' }, picture, { ...picture, thought: true }, trace, { text: 'b' }])).parts,
  ).toMatchObject([
    { type: 'text', text: 'a' },
    { type: 'media', kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: 'AAAA' } },
    { type: 'native', protocol: 'gemini', kind: 'executableCode', value: trace },
    { type: 'text', text: 'b' },
  ]);
});

describe('the finish', () => {
  const call = { functionCall: { name: 'f' } };
  test.each([
    ['STOP', [], 'stop'],
    ['STOP', [call], 'tool_calls'],
    ['MAX_TOKENS', [call], 'length'],
    ['SAFETY', [], 'content_filter'],
    ['IMAGE_SAFETY', [], 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', [], 'other'],
    ['SOMETHING_NEW', [], 'other'],
    ['constructor', [], 'other'],
  ] as const)('%s %j', (finishReason, parts, reason) => {
    expect(told(saying(parts, { finishReason })).finish).toEqual({ reason, raw: finishReason });
  });

  test('of a blocked prompt is the reason for it', () => {
    expect(told({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })).toMatchObject({
      parts: [],
      finish: { reason: 'content_filter', raw: 'PROHIBITED_CONTENT' },
    });
  });

  test('is told once, and the last token counts with it', () => {
    const decoder = new GeminiStreamDecoder(READING);
    const counts = (promptTokenCount: number) => ({ ...saying([{ text: 'a' }]), usageMetadata: { promptTokenCount } });
    const events = [...[counts(1), counts(2), counts(3)].flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
    expect(events.flatMap((event) => (event.type === 'usage' ? [event.usage.promptTokens] : []))).toEqual([1, 3]);
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('finish');
  });
});

describe('sources', () => {
  const chunks = [
    { web: { uri: 'https://a', title: 'A' } },
    { retrievedContext: { uri: 'gs://b', title: 'B', text: 'words' } },
  ];
  const text = 'Größe: vier. Und fünf.';

  test('are of the words that they support, whose places are told in bytes', () => {
    const groundingSupports = [
      {
        segment: { startIndex: 0, endIndex: Buffer.byteLength('Größe: vier.'), text: 'Größe: vier.' },
        groundingChunkIndices: [0, 1, 9],
      },
      { segment: { startIndex: 3, endIndex: 4, text: 'Und fünf.' }, groundingChunkIndices: [0] },
      { segment: { endIndex: 4, text: 'elsewhere' }, groundingChunkIndices: [0] },
    ];
    const grounded = saying([], { groundingMetadata: { groundingChunks: chunks, groundingSupports } });
    const { parts } = told(saying([{ text: text.slice(0, 5) }]), saying([{ text: text.slice(5) }]), grounded, grounded);
    expect(parts).toMatchObject([
      {
        text,
        citations: [
          { kind: 'url', url: 'https://a', title: 'A', start: 0, end: 12 },
          { kind: 'file', fileId: 'gs://b', title: 'B', citedText: 'words', start: 0, end: 12 },
          { kind: 'url', url: 'https://a', start: 13, end: 22 },
          { kind: 'url', url: 'https://a' },
        ],
      },
    ]);
  });

  test('without supports are of the whole', () => {
    const { parts } = told(saying([{ text }], { groundingMetadata: { groundingChunks: chunks } }));
    expect(parts).toMatchObject([{ citations: [{ url: 'https://a' }, { fileId: 'gs://b' }] }]);
  });

  test('may be recited ones', () => {
    const source = { startIndex: 0, endIndex: 7, uri: 'https://c' };
    for (const name of ['citationSources', 'citations']) {
      expect(told(saying([{ text }], { citationMetadata: { [name]: [source] } })).parts).toMatchObject([
        { citations: [{ kind: 'url', url: 'https://c', start: 0, end: 5 }] },
      ]);
    }
  });

  test('without a text are of nothing', () => {
    expect(told(saying([], { groundingMetadata: { groundingChunks: chunks } })).parts).toEqual([]);
  });
});

test('probabilities are read with the likeliest in their place', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'a', logProbability: -1 }, { token: 'b' }],
    topCandidates: [{ candidates: [{ token: 'a', logProbability: -1 }] }],
  };
  expect(told(saying([{ text: 'ab' }], { logprobsResult })).logprobs).toEqual([
    { token: 'a', logprob: -1, top: [{ token: 'a', logprob: -1 }] },
    { token: 'b', logprob: 0 },
  ]);
});

test('of several candidates the first counts', () => {
  const second = { content: { parts: [{ text: 'no' }] }, index: 1, finishReason: 'SAFETY' };
  expect(told(saying([{ text: 'yes' }], { finishReason: 'STOP' }), { candidates: [second] })).toMatchObject({
    parts: [{ text: 'yes' }],
    finish: { reason: 'stop' },
  });
});

test('what is no answer is unintelligible', () => {
  for (const body of [null, 'x', {}, [], { candidates: 'x' }]) {
    expect(() => decodeAnswer(body, READING)).toThrow(MalformedAnswer);
  }
  expect(decodeAnswer({ candidates: [] }, READING).finish).toEqual({ reason: 'other', raw: undefined });
});

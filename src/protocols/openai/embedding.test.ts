import { describe, expect, test } from 'bun:test';
import { loadRecordings } from '../../../test/kit/recordings.ts';
import { MalformedAnswer } from '../codec.ts';
import { embedding } from './embedding.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';

const to = { model: 'm', quirks: {} };

describe('the recorded exchange', () => {
  const [recording] = loadRecordings('openai-embeddings');

  test('says the same again', () => {
    const { request, response } = recording!;
    const decoded = embedding.decodeRequest(request.body);
    expect(decoded).toEqual({
      inputs: ['Hello, world!'],
      single: false,
      dimensions: 128,
      format: 'base64',
      unsupported: [],
    });
    expect(embedding.encodeRequest(decoded, to)).toEqual({ model: 'm', input: ['Hello, world!'], dimensions: 128 });
    const embeddings = embedding.decodeAnswer(response.body);
    expect(embeddings.vectors[0]).toHaveLength(128);
    expect(embedding.encodeAnswer(embeddings, decoded, 'asked')).toEqual(response.body);
  });
});

test('vectors come in the order of their indexes, as numbers or as bytes', () => {
  const data = [
    { index: 1, embedding: 'AACAPwAAAEA=' },
    { index: 0, embedding: [0.5, -1] },
  ];
  const embeddings = embedding.decodeAnswer({ data, usage: { prompt_tokens: 4 } });
  expect(embeddings).toEqual({
    vectors: [
      [0.5, -1],
      [1, 2],
    ],
    model: undefined,
    promptTokens: 4,
  });
  const request = embedding.decodeRequest({ input: ['a', 'b'] });
  expect(embedding.encodeAnswer(embeddings, request, 'asked')).toEqual({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.5, -1] },
      { object: 'embedding', index: 1, embedding: [1, 2] },
    ],
    model: 'asked',
    usage: { prompt_tokens: 4, total_tokens: 4 },
  });
});

test('one text stays one', () => {
  const request = embedding.decodeRequest({ input: 'a', user: 'u', more: 1 });
  expect(request).toMatchObject({
    inputs: ['a'],
    single: true,
    format: 'float',
    unsupported: [leftOut(field('more'))],
  });
  expect(embedding.encodeRequest(request, to)).toEqual({ model: 'm', input: 'a' });
});

test.each([[{}], [{ input: [] }], [{ input: [1, 2] }], [{ input: [[1, 2]] }], [{ input: 7 }]])(
  '%j holds no texts',
  (body) => {
    expect(() => embedding.decodeRequest(body)).toThrow(expect.objectContaining({ details: { param: 'input' } }));
  },
);

test.each([[null], [{}], [{ data: [{}] }]])('%j is no answer', (body) => {
  expect(() => embedding.decodeAnswer(body)).toThrow(MalformedAnswer);
});

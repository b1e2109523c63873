import { describe, expect, test } from 'bun:test';
import { Refusal } from '../../core/refusal.ts';
import { MalformedAnswer } from '../codec.ts';
import { embedding } from './embedding.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';

const content = { parts: [{ text: 'a' }, { text: 'b' }] };

describe('a request to embed', () => {
  test('one text is for one', () => {
    expect(embedding.decodeRequest({ content, output_dimensionality: 2, taskType: 'X', title: null })).toEqual({
      inputs: ['ab'],
      dimensions: 2,
      format: 'float',
      single: true,
      unsupported: [leftOut(field('taskType'))],
    });
    expect(
      embedding.decodeRequest({ content, embedContentConfig: { outputDimensionality: 3, title: 't' } }),
    ).toMatchObject({
      dimensions: 3,
      unsupported: [leftOut(field('title'))],
    });
  });

  test.each([
    {},
    { requests: [] },
    { content: { parts: [] } },
    { content: { parts: [{ inlineData: {} }] } },
    { requests: [{ content, outputDimensionality: 1 }, { content }] },
  ])('%j is none', (body) => expect(() => embedding.decodeRequest(body)).toThrow(Refusal));

  test('is always for several where it goes to a backend', () => {
    const request = { inputs: ['a', 'b'], format: 'float', single: false, unsupported: [] } as const;
    expect(embedding.encodeRequest(request, { model: 'e', quirks: {} })).toEqual({
      requests: [
        { model: 'models/e', content: { parts: [{ text: 'a' }] } },
        { model: 'models/e', content: { parts: [{ text: 'b' }] } },
      ],
    });
  });
});

describe('embeddings', () => {
  test('are read in either form', () => {
    const usageMetadata = { promptTokenCount: 3 };
    expect(embedding.decodeAnswer({ embeddings: [{ values: [1] }, { values: [2] }], usageMetadata })).toEqual({
      vectors: [[1], [2]],
      model: undefined,
      promptTokens: 3,
    });
    expect(embedding.decodeAnswer({ embedding: { values: [1] } }).vectors).toEqual([[1]]);
    for (const body of [{}, null, { embeddings: [{}] }])
      expect(() => embedding.decodeAnswer(body)).toThrow(MalformedAnswer);
  });

  test('are written in the form that was asked for', () => {
    const embeddings = { vectors: [[1]], model: undefined, promptTokens: undefined };
    const request = { inputs: ['a'], format: 'float', unsupported: [] } as const;
    expect(embedding.encodeAnswer(embeddings, { ...request, single: true }, 'm')).toEqual({
      embedding: { values: [1] },
    });
    expect(embedding.encodeAnswer(embeddings, { ...request, single: false }, 'm')).toEqual({
      embeddings: [{ values: [1] }],
    });
  });
});

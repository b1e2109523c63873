import { describe, expect, test } from 'bun:test';
import { asStream } from './replay.ts';
import { GeminiStreamReader } from './stream.ts';

function seen(...events: unknown[]): { verdicts: string[]; reader: GeminiStreamReader } {
  const reader = new GeminiStreamReader();
  return { verdicts: events.map((event) => reader.see(event)), reader };
}

const said = (text: string, more: object = {}) => ({ candidates: [{ content: { parts: [{ text }] }, ...more }] });

describe('a chunk', () => {
  test.each([
    ['words', said('x'), 'content'],
    ['an empty text', said(''), 'other'],
    ['an empty thought', { candidates: [{ content: { parts: [{ text: '', thought: true }] } }] }, 'other'],
    ['a signature', { candidates: [{ content: { parts: [{ text: '', thoughtSignature: 'x' }] } }] }, 'content'],
    ['a call', { candidates: [{ content: { parts: [{ functionCall: { name: 'f' } }] } }] }, 'content'],
    ['a finish', said('', { finishReason: 'STOP' }), 'content'],
    ['a role', { candidates: [{ content: { role: 'model' } }] }, 'other'],
    ['token counts', { usageMetadata: { promptTokenCount: 1 } }, 'other'],
    ['a blocked prompt', { promptFeedback: { blockReason: 'SAFETY' } }, 'content'],
    ['ratings of a prompt', { promptFeedback: { safetyRatings: [] }, candidates: [] }, 'other'],
    ['an error', { error: { code: 503, status: 'UNAVAILABLE' } }, 'error'],
    ['an error in an array', [{ error: { code: 503 } }], 'error'],
    ['no error', { error: null }, 'other'],
    ['nothing', null, 'other'],
    ['a number', 7, 'other'],
    ['nonsense', { candidates: [null, 3, { content: 'x' }] }, 'other'],
  ])('with %s', (_, event, expected) => expect(seen(event).verdicts).toEqual([expected]));
});

describe('a stream is complete', () => {
  test('when every candidate has its reason', () => {
    expect(seen(said('x')).reader.finished).toBe(false);
    expect(seen(said('x'), said('', { finishReason: 'STOP' })).reader.finished).toBe(true);
    expect(seen(said('x', { index: 1 }), said('', { finishReason: 'STOP' })).reader.finished).toBe(false);
    expect(seen(said('x', { finishReason: 'FINISH_REASON_UNSPECIFIED' })).reader.finished).toBe(false);
  });

  test('when its prompt was blocked', () => {
    expect(seen({ promptFeedback: { blockReason: 'OTHER' } }).reader.finished).toBe(true);
  });

  test('with the last token counts', () => {
    const { reader } = seen(
      { usageMetadata: { promptTokenCount: 1 } },
      { usageMetadata: { promptTokenCount: 2 } },
      said('x'),
    );
    expect(reader.usage?.promptTokens).toBe(2);
  });
});

test('a plain answer is a stream of one event', () => {
  const answer = said('x', { finishReason: 'STOP' });
  expect(asStream(answer)).toBe(`data: ${JSON.stringify(answer)}\n\n`);
  expect(asStream({ promptFeedback: { blockReason: 'SAFETY' } })).toBeDefined();
  expect([asStream({}), asStream(null), asStream('x'), asStream({ candidates: 3 })]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('an empty STOP that text follows was no end, and neither was a word that nobody knows', () => {
  for (const word of ['STOP', 'A_WORD_OF_TOMORROW']) {
    const reader = new GeminiStreamReader();
    reader.see({ candidates: [{ index: 0, finishReason: word }] });
    expect(reader.finished).toBe(true);
    reader.see({ candidates: [{ index: 0, content: { parts: [{ text: 'a' }] } }] });
    expect([reader.finished, reader.broken]).toEqual([false, undefined]);
    reader.see({ candidates: [{ index: 0, finishReason: 'STOP' }] });
    expect([reader.finished, reader.broken]).toEqual([true, undefined]);
  }
});

import { describe, expect, test } from 'bun:test';
import type { Completion, Finish } from '../../core/completion.ts';
import type { Part } from '../../core/part.ts';
import type { Reply } from '../codec.ts';
import { encodeAnswer } from './encode-answer.ts';
import { GeminiStreamEncoder } from './encode-stream.ts';
import { UNSIGNED } from './signatures.ts';

const reply: Reply = {
  conversation: { system: [], turns: [], tools: [], settings: {}, stream: false, wantsUsage: true, unsupported: [] },
  model: 'alias',
  id: 'made-up',
  now: 0,
};
const FINISH: Finish = { reason: 'stop', raw: undefined };
const NONE: Completion = {
  id: undefined,
  model: undefined,
  createdAt: undefined,
  parts: [],
  finish: FINISH,
  usage: undefined,
};

function encoded(...parts: readonly Part[]) {
  return JSON.parse(JSON.stringify(encodeAnswer({ ...NONE, parts }, reply)));
}

test('what the upstream did not say is made up, but for token counts', () => {
  expect(encoded()).toEqual({
    candidates: [{ content: { role: 'model' }, finishReason: 'STOP', index: 0 }],
    modelVersion: 'alias',
    responseId: 'made-up',
  });
});

test('refusals are texts; files and traces of others are left out; pictures are inline', () => {
  const source = { from: 'base64', mediaType: 'image/png', data: 'AAAA' } as const;
  const file = { from: 'file', id: 'file-1', protocol: 'openai-responses' } as const;
  const { candidates } = encoded(
    { type: 'refusal', text: 'No.' },
    { type: 'native', protocol: 'openai-responses', kind: 'web_search_call', value: {} },
    { type: 'media', kind: 'image', source: file },
    { type: 'media', kind: 'image', source },
  );
  expect(candidates[0].content.parts).toEqual([
    { text: 'No.' },
    { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
  ]);
});

test('the first call bears the mark that nobody signed it', () => {
  const call = (id: string): Part => ({ type: 'tool_call', id, name: 'f', arguments: '' });
  expect(encoded(call('1'), call('2')).candidates[0].content.parts).toEqual([
    { functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: UNSIGNED },
    { functionCall: { id: '2', name: 'f', args: {} } },
  ]);
});

test('a document that is cited is told with its words', () => {
  const citation = { kind: 'document', title: 'D', citedText: 'words', documentIndex: 0 } as const;
  expect(encoded({ type: 'text', text: 'x', citations: [citation, citation] }).candidates[0].groundingMetadata).toEqual(
    {
      groundingChunks: [{ retrievedContext: { title: 'D', text: 'words' } }],
    },
  );
});

describe('the finish', () => {
  test.each([
    [{ reason: 'tool_calls', raw: 'tool_use' }, 'STOP'],
    [{ reason: 'stop_sequence', raw: undefined }, 'STOP'],
    [{ reason: 'length', raw: 'max_tokens' }, 'MAX_TOKENS'],
    [{ reason: 'content_filter', raw: 'content_filter' }, 'SAFETY'],
    [{ reason: 'content_filter', raw: 'RECITATION' }, 'RECITATION'],
    [{ reason: 'refusal', raw: 'refusal' }, 'SAFETY'],
    [{ reason: 'pause', raw: 'pause_turn' }, 'OTHER'],
    [{ reason: 'other', raw: 'constructor' }, 'OTHER'],
  ] as const)('%j is %s', (finish, word) => {
    expect(encodeAnswer({ ...NONE, finish }, reply)['candidates']).toMatchObject([{ finishReason: word }]);
  });
});

test('a stream tells the token counts with each chunk from when they are known', () => {
  const encoder = new GeminiStreamEncoder(reply);
  const usage = { promptTokens: 3, completionTokens: undefined, cachedTokens: undefined, reasoningTokens: undefined };
  encoder.push({ type: 'start', id: 'up', model: undefined });
  encoder.push({ type: 'part_start', index: 0, part: 'text' });
  const first = encoder.push({ type: 'delta', index: 0, text: 'a' });
  encoder.push({ type: 'usage', usage });
  const second = encoder.push({ type: 'delta', index: 0, text: 'b' });
  expect(first).toBe(
    'data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"modelVersion":"alias","responseId":"up"}\n\n',
  );
  expect(JSON.parse(second.slice('data: '.length))).toMatchObject({ usageMetadata: { promptTokenCount: 3 } });
});

import { describe, expect, test } from 'bun:test';
import { readUsage, writeUsage } from './usage.ts';

describe('readUsage', () => {
  test.each([
    [
      'chat',
      {
        prompt_tokens: 9,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      { promptTokens: 9, completionTokens: 4, cachedTokens: 8, reasoningTokens: 3 },
    ],
    ['embeddings', { prompt_tokens: 9, total_tokens: 9 }, { promptTokens: 9, completionTokens: undefined }],
    [
      'images and audio',
      { input_tokens: 9, output_tokens: 4, input_tokens_details: { cached_tokens: 1 } },
      { promptTokens: 9, completionTokens: 4, cachedTokens: 1 },
    ],
    [
      'DeepSeek',
      { prompt_tokens: 9, completion_tokens: 4, prompt_cache_hit_tokens: 3 },
      { promptTokens: 9, completionTokens: 4, cachedTokens: 3 },
    ],
    [
      'Mistral',
      { prompt_tokens: 9, completion_tokens: 4, num_cached_tokens: 3 },
      { promptTokens: 9, completionTokens: 4, cachedTokens: 3 },
    ],
    [
      'xAI, whose thoughts are beside the completion',
      { prompt_tokens: 9, completion_tokens: 4, total_tokens: 20, completion_tokens_details: { reasoning_tokens: 7 } },
      { promptTokens: 9, completionTokens: 11, reasoningTokens: 7 },
    ],
    [
      'sound and cache writes',
      {
        prompt_tokens: 9,
        prompt_tokens_details: { audio_tokens: 2, cache_write_tokens: 5 },
        completion_tokens_details: { audio_tokens: 3 },
      },
      { promptAudioTokens: 2, cacheWriteTokens: 5, completionAudioTokens: 3 },
    ],
    ['zero', { prompt_tokens: 0, completion_tokens: 0 }, { promptTokens: 0, completionTokens: 0 }],
    [
      'nonsense',
      { prompt_tokens: 'nine', completion_tokens: -1, prompt_tokens_details: 7 },
      { promptTokens: undefined, completionTokens: undefined, cachedTokens: undefined },
    ],
  ])('%s', (_what, usage, expected) => {
    expect(readUsage({ usage })).toMatchObject(expected);
    expect(readUsage({ x_groq: { usage } })).toMatchObject(expected);
  });

  test.each([[undefined], [null], ['usage'], [{}], [{ usage: null }], [{ usage: 7 }], [{ x_groq: null }]])(
    '%j tells none',
    (body) => expect(readUsage(body)).toBeUndefined(),
  );
});

test('what was written is read again', () => {
  const usage = {
    promptTokens: 9,
    completionTokens: 4,
    cachedTokens: 3,
    cacheWriteTokens: 2,
    reasoningTokens: 1,
    promptAudioTokens: 1,
    completionAudioTokens: 0,
  };
  expect(readUsage({ usage: writeUsage(usage) })).toEqual(usage);
  const unknown = { promptTokens: 9, completionTokens: undefined, cachedTokens: undefined, reasoningTokens: undefined };
  expect(writeUsage(unknown)).toEqual({ prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 });
});

import { describe, expect, test } from 'bun:test';
import { readUsage, writeUsage } from './usage.ts';

describe('token counts', () => {
  test('of the prompt hold what tools put in, of the answer what was thought', () => {
    const body = {
      usageMetadata: {
        promptTokenCount: 11,
        toolUsePromptTokenCount: 90,
        candidatesTokenCount: 105,
        thoughtsTokenCount: 131,
        cachedContentTokenCount: 4,
        totalTokenCount: 337,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 5 },
          { modality: 'AUDIO', tokenCount: 6 },
        ],
      },
    };
    expect(readUsage(body)).toEqual({
      promptTokens: 101,
      completionTokens: 236,
      cachedTokens: 4,
      reasoningTokens: 131,
      promptAudioTokens: 6,
    });
  });

  test('are never made up', () => {
    expect(readUsage({})).toBeUndefined();
    expect(readUsage({ usageMetadata: {} })?.completionTokens).toBeUndefined();
    expect(readUsage({ usageMetadata: { promptTokenCount: 3 } })?.completionTokens).toBeUndefined();
    expect(
      writeUsage({
        promptTokens: 3,
        completionTokens: undefined,
        cachedTokens: undefined,
        reasoningTokens: undefined,
      }),
    ).toEqual({
      promptTokenCount: 3,
    });
  });

  test('that are zero are left out by the API, and told by the total', () => {
    expect(readUsage({ usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } })?.completionTokens).toBe(0);
    expect(
      readUsage({ usageMetadata: { promptTokenCount: 3, thoughtsTokenCount: 2, totalTokenCount: 5 } })
        ?.completionTokens,
    ).toBe(2);
  });

  test('are written as they are read', () => {
    const usage = {
      promptTokens: 9,
      completionTokens: 7,
      cachedTokens: 0,
      reasoningTokens: 2,
      promptAudioTokens: 3,
      completionAudioTokens: 7,
    };
    expect(readUsage({ usageMetadata: writeUsage(usage) })).toEqual(usage);
    expect(writeUsage(usage)).toMatchObject({
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 6 },
        { modality: 'AUDIO', tokenCount: 3 },
      ],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 7 }],
    });
  });
});

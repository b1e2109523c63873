import type { Usage } from './record.ts';

/**
 * Merges token counts that an answer reports several times. Counts only grow, and some backends end with an empty or a
 * zero count, so neither replaces a known count.
 */
export function mergeUsage(earlier: Usage | undefined, later: Usage | undefined): Usage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  // Some backends report all counts with every chunk.
  return keepsAll(earlier, later) ? later : merged(earlier, later);
}

function keepsAll(earlier: Usage, later: Usage): boolean {
  return (
    isKept(earlier.promptTokens, later.promptTokens) &&
    isKept(earlier.completionTokens, later.completionTokens) &&
    isKept(earlier.cachedTokens, later.cachedTokens) &&
    isKept(earlier.reasoningTokens, later.reasoningTokens) &&
    isKept(earlier.cacheWriteTokens, later.cacheWriteTokens) &&
    isKept(earlier.promptAudioTokens, later.promptAudioTokens) &&
    isKept(earlier.completionAudioTokens, later.completionAudioTokens)
  );
}

function isKept(earlier: number | undefined, later: number | undefined): boolean {
  return earlier === undefined || grown(earlier, later) === later;
}

function merged(earlier: Usage, later: Usage): Usage {
  return {
    promptTokens: grown(earlier.promptTokens, later.promptTokens),
    completionTokens: grown(earlier.completionTokens, later.completionTokens),
    cachedTokens: grown(earlier.cachedTokens, later.cachedTokens),
    reasoningTokens: grown(earlier.reasoningTokens, later.reasoningTokens),
    cacheWriteTokens: grown(earlier.cacheWriteTokens, later.cacheWriteTokens),
    promptAudioTokens: grown(earlier.promptAudioTokens, later.promptAudioTokens),
    completionAudioTokens: grown(earlier.completionAudioTokens, later.completionAudioTokens),
  };
}

function grown(earlier: number | undefined, later: number | undefined): number | undefined {
  return later === undefined || later === 0 ? (earlier ?? later) : later;
}

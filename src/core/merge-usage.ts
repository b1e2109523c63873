import type { Usage } from './record.ts';

/**
 * What is known of the tokens of an answer that tells them more than once. Counts only grow, and some backends end with
 * an empty or a zero one: so nothing and zero never replace a count that is known.
 */
export function mergeUsage(earlier: Usage | undefined, later: Usage | undefined): Usage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  return {
    promptTokens: later.promptTokens || (earlier.promptTokens ?? later.promptTokens),
    completionTokens: later.completionTokens || (earlier.completionTokens ?? later.completionTokens),
    cachedTokens: later.cachedTokens || (earlier.cachedTokens ?? later.cachedTokens),
    reasoningTokens: later.reasoningTokens || (earlier.reasoningTokens ?? later.reasoningTokens),
    cacheWriteTokens: later.cacheWriteTokens || (earlier.cacheWriteTokens ?? later.cacheWriteTokens),
    promptAudioTokens: later.promptAudioTokens || (earlier.promptAudioTokens ?? later.promptAudioTokens),
    completionAudioTokens:
      later.completionAudioTokens || (earlier.completionAudioTokens ?? later.completionAudioTokens),
  };
}

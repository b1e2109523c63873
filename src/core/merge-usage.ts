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
    isKept(earlier.cacheWrite1hTokens, later.cacheWrite1hTokens) &&
    isKept(earlier.promptAudioTokens, later.promptAudioTokens) &&
    isKept(earlier.completionAudioTokens, later.completionAudioTokens) &&
    isKept(earlier.promptImageTokens, later.promptImageTokens) &&
    isKept(earlier.completionImageTokens, later.completionImageTokens) &&
    isKept(earlier.cachedAudioTokens, later.cachedAudioTokens) &&
    isKept(earlier.cachedImageTokens, later.cachedImageTokens) &&
    isKept(earlier.statedNanoUsd, later.statedNanoUsd) &&
    (earlier.serverTools ?? later.serverTools) === later.serverTools &&
    (earlier.units ?? later.units) === later.units &&
    (earlier.tier ?? later.tier) === later.tier &&
    earlier.ignored === later.ignored
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
    cacheWrite1hTokens: grown(earlier.cacheWrite1hTokens, later.cacheWrite1hTokens),
    promptAudioTokens: grown(earlier.promptAudioTokens, later.promptAudioTokens),
    completionAudioTokens: grown(earlier.completionAudioTokens, later.completionAudioTokens),
    promptImageTokens: grown(earlier.promptImageTokens, later.promptImageTokens),
    completionImageTokens: grown(earlier.completionImageTokens, later.completionImageTokens),
    cachedAudioTokens: grown(earlier.cachedAudioTokens, later.cachedAudioTokens),
    cachedImageTokens: grown(earlier.cachedImageTokens, later.cachedImageTokens),
    statedNanoUsd: grown(earlier.statedNanoUsd, later.statedNanoUsd),
    serverTools: mostOf(earlier.serverTools, later.serverTools),
    units: mostOf(earlier.units, later.units),
    tier: later.tier ?? earlier.tier,
    ignored: (earlier.ignored ?? 0) + (later.ignored ?? 0) || undefined,
  };
}

function grown(earlier: number | undefined, later: number | undefined): number | undefined {
  return later === undefined || later === 0 ? (earlier ?? later) : later;
}

/** Of each, the larger number: each report is of all so far. */
function mostOf(earlier: Usage['serverTools'], later: Usage['serverTools']): Usage['serverTools'] {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const most: Record<string, number> = { ...earlier };
  for (const [name, count] of Object.entries(later)) most[name] = Math.max(most[name] ?? 0, count);
  return most;
}

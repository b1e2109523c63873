import type { Usage } from '../../core/record.ts';
import { asArray, asCount, asObject, compact } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';

/** Reads `usageMetadata` of an answer. */
export function readUsage(body: unknown): Usage | undefined {
  return usageFrom(fieldsOf(body)?.['usageMetadata']);
}

/**
 * Reads `usageMetadata` itself, which most chunks of a stream have. `promptTokenCount` does not include the input from
 * tools that ran at Google, and `candidatesTokenCount` does not include thoughts.
 */
export function usageFrom(metadata: unknown): Usage | undefined {
  const usage = fieldsOf(metadata);
  if (usage === undefined) return undefined;
  const promptTokens = sum(asCount(usage['promptTokenCount']), asCount(usage['toolUsePromptTokenCount']));
  const thoughts = asCount(usage['thoughtsTokenCount']);
  return {
    promptTokens,
    completionTokens:
      sum(asCount(usage['candidatesTokenCount']), thoughts) ??
      zeroIf(promptTokens !== undefined && asCount(usage['totalTokenCount']) === promptTokens),
    cachedTokens: asCount(usage['cachedContentTokenCount']),
    reasoningTokens: thoughts,
    promptAudioTokens: audioIn(usage['promptTokensDetails']),
    completionAudioTokens: audioIn(usage['candidatesTokensDetails']),
  };
}

/** Writes `usageMetadata`. Unknown counts are left out. The total is there if both its parts are. */
export function writeUsage(usage: Usage): Record<string, unknown> {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  return compact({
    promptTokenCount: promptTokens,
    candidatesTokenCount:
      completionTokens === undefined ? undefined : Math.max(0, completionTokens - (reasoningTokens ?? 0)),
    totalTokenCount:
      promptTokens === undefined || completionTokens === undefined ? undefined : promptTokens + completionTokens,
    cachedContentTokenCount: cachedTokens,
    thoughtsTokenCount: reasoningTokens,
    promptTokensDetails: byModality(promptTokens, usage.promptAudioTokens),
    candidatesTokensDetails: byModality(completionTokens, usage.completionAudioTokens),
  });
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

/** Protobuf's JSON leaves out zeros. */
function zeroIf(nothingElse: boolean): number | undefined {
  return nothingElse ? 0 : undefined;
}

function audioIn(details: unknown): number | undefined {
  for (const detail of asArray(details)) {
    const { modality, tokenCount } = asObject(detail) ?? {};
    if (modality === 'AUDIO') return asCount(tokenCount);
  }
  return undefined;
}

function byModality(all: number | undefined, audio: number | undefined): unknown[] | undefined {
  if (audio === undefined) return undefined;
  const rest = (all ?? audio) - audio;
  const audioCount = { modality: 'AUDIO', tokenCount: audio };
  return rest > 0 ? [{ modality: 'TEXT', tokenCount: rest }, audioCount] : [audioCount];
}

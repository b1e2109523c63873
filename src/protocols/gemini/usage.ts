import type { Usage } from '../../core/record.ts';
import { addCount, anyOf, ReportedCounts, tierOf } from '../../core/reported-counts.ts';
import { asArray, asList, compact, type JsonObject } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';

/** Reads `usageMetadata` of an answer, and how often Google searched for it. */
export function readUsage(body: unknown): Usage | undefined {
  // Some servers send a stream that nobody asked for as a list.
  const fields = fieldsOf(Array.isArray(body) ? body.at(-1) : body);
  const usage = usageFrom(fields?.['usageMetadata']);
  const searches = searchesOf(fields?.['candidates']);
  return usage === undefined || searches === undefined ? usage : { ...usage, serverTools: searches };
}

/**
 * Reads `usageMetadata` itself, which most chunks of a stream have. `promptTokenCount` does not include the input from
 * tools that ran at Google, and `candidatesTokenCount` does not include thoughts.
 */
export function usageFrom(metadata: unknown): Usage | undefined {
  const usage = fieldsOf(metadata);
  if (usage === undefined) return undefined;
  const counts = new ReportedCounts();
  const promptTokens = sum(counts.of(usage['promptTokenCount']), counts.of(usage['toolUsePromptTokenCount']));
  const thoughts = counts.of(usage['thoughtsTokenCount']);
  // The Live API and Vertex's older versions call the answer `response`.
  const said = counts.first(usage['candidatesTokenCount'], usage['responseTokenCount']);
  const asked = modalities(usage['promptTokensDetails'], counts);
  const byTools = modalities(usage['toolUsePromptTokensDetails'], counts);
  const cached = modalities(usage['cacheTokensDetails'], counts);
  const answered = modalities(usage['candidatesTokensDetails'] ?? usage['responseTokensDetails'], counts);
  return {
    promptTokens,
    completionTokens:
      sum(said, thoughts) ?? zeroIf(promptTokens !== undefined && counts.of(usage['totalTokenCount']) === promptTokens),
    cachedTokens: counts.of(usage['cachedContentTokenCount']),
    reasoningTokens: thoughts,
    promptAudioTokens: sum(asked.audio, byTools.audio),
    completionAudioTokens: answered.audio,
    promptImageTokens: sum(asked.image, byTools.image),
    completionImageTokens: answered.image,
    cachedAudioTokens: cached.audio,
    cachedImageTokens: cached.image,
    tier: tierOf(usage['serviceTier']) ?? trafficTier(usage['trafficType']),
    ignored: counts.ignored,
  };
}

/** How many searches of Google the candidates are grounded on; undefined: none. */
export function searchesOf(candidates: unknown): Record<string, number> | undefined {
  const tools: Record<string, number> = {};
  for (const candidate of asList(candidates)) {
    const grounding = fieldsOf(fieldsOf(candidate)?.['groundingMetadata']);
    addCount(tools, 'google_search', asArray(grounding?.['webSearchQueries']).length);
  }
  return anyOf(tools);
}

/** Writes `usageMetadata`. Unknown counts are left out. The total is there if both its parts are. */
export function writeUsage(usage: Usage): Record<string, unknown> {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  const { cachedAudioTokens, cachedImageTokens } = usage;
  return compact({
    promptTokenCount: promptTokens,
    candidatesTokenCount:
      completionTokens === undefined ? undefined : Math.max(0, completionTokens - (reasoningTokens ?? 0)),
    totalTokenCount:
      promptTokens === undefined || completionTokens === undefined ? undefined : promptTokens + completionTokens,
    cachedContentTokenCount: cachedTokens,
    thoughtsTokenCount: reasoningTokens,
    promptTokensDetails: byModality(promptTokens, usage.promptAudioTokens, usage.promptImageTokens),
    candidatesTokensDetails: byModality(completionTokens, usage.completionAudioTokens, usage.completionImageTokens),
    cacheTokensDetails: byModality(cachedTokens, cachedAudioTokens, cachedImageTokens),
  });
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

/** Protobuf's JSON leaves out zeros. */
function zeroIf(nothingElse: boolean): number | undefined {
  return nothingElse ? 0 : undefined;
}

interface Modalities {
  readonly audio: number | undefined;
  readonly image: number | undefined;
}

const NOTHING: JsonObject = {};

const UNKNOWN: Modalities = { audio: undefined, image: undefined };

/** A video's frames and a document's pages have the price of text. */
function modalities(details: unknown, counts: ReportedCounts): Modalities {
  if (details === undefined) return UNKNOWN;
  let [audio, image]: (number | undefined)[] = [];
  for (const detail of asArray(details)) {
    const { modality, tokenCount } = fieldsOf(detail) ?? NOTHING;
    if (modality === 'AUDIO') audio = counts.of(tokenCount);
    else if (modality === 'IMAGE') image = counts.of(tokenCount);
  }
  return { audio, image };
}

/** Vertex AI: `ON_DEMAND`, `ON_DEMAND_FLEX`, `ON_DEMAND_PRIORITY`, `PROVISIONED_THROUGHPUT`. */
function trafficTier(value: unknown): string | undefined {
  return tierOf(value)?.replace('on_demand_', '');
}

function byModality(
  all: number | undefined,
  audio: number | undefined,
  image: number | undefined,
): unknown[] | undefined {
  if (audio === undefined && image === undefined) return undefined;
  const rest = (all ?? 0) - (audio ?? 0) - (image ?? 0);
  return [
    ...(rest > 0 ? [{ modality: 'TEXT', tokenCount: rest }] : []),
    ...(audio === undefined ? [] : [{ modality: 'AUDIO', tokenCount: audio }]),
    ...(image === undefined ? [] : [{ modality: 'IMAGE', tokenCount: image }]),
  ];
}

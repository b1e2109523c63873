import type { Usage } from '../../core/record.ts';
import { asCount, asObject, type JsonObject } from '../../lib/json.ts';

/** Reads `usage` of an answer or of a chunk. `prompt_tokens` counts all input, cached included. */
export function readUsage(body: unknown): Usage | undefined {
  const holder = asObject(body);
  const usage = asObject(holder?.['usage'] ?? asObject(holder?.['x_groq'])?.['usage']);
  if (usage === undefined) return undefined;
  // Images, audio and rerank count as the Responses API does.
  const ofPrompt = asObject(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const ofCompletion = asObject(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const promptTokens = asCount(usage['prompt_tokens']) ?? asCount(usage['input_tokens']);
  const reasoningTokens = asCount(ofCompletion?.['reasoning_tokens']);
  return {
    promptTokens,
    completionTokens: completionTokens(usage, promptTokens, reasoningTokens),
    cachedTokens: asCount(ofPrompt?.['cached_tokens']) ?? first(usage, CACHED),
    reasoningTokens,
    cacheWriteTokens: asCount(ofPrompt?.['cache_write_tokens']),
    promptAudioTokens: asCount(ofPrompt?.['audio_tokens']),
    completionAudioTokens: asCount(ofCompletion?.['audio_tokens']),
  };
}

/** Where DeepSeek, Moonshot and Mistral count what came from their caches. */
const CACHED = ['prompt_cache_hit_tokens', 'cached_tokens', 'num_cached_tokens'];

/** Writes the same. The three counts are not optional in the dialect: one that nobody knows is 0. */
export function writeUsage(usage: Usage): JsonObject {
  const { promptTokens = 0, completionTokens = 0, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
  const { promptAudioTokens, completionAudioTokens } = usage;
  const ofPrompt = details({
    cached_tokens: cachedTokens,
    cache_write_tokens: cacheWriteTokens,
    audio_tokens: promptAudioTokens,
  });
  const ofCompletion = details({ reasoning_tokens: reasoningTokens, audio_tokens: completionAudioTokens });
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(ofPrompt === undefined ? {} : { prompt_tokens_details: ofPrompt }),
    ...(ofCompletion === undefined ? {} : { completion_tokens_details: ofCompletion }),
  };
}

/** xAI counts thoughts beside the completion, which its total tells. */
function completionTokens(usage: JsonObject, prompt: number | undefined, thought: number | undefined) {
  const said = asCount(usage['completion_tokens']) ?? asCount(usage['output_tokens']);
  if (said === undefined || prompt === undefined || thought === undefined || thought === 0) return said;
  return asCount(usage['total_tokens']) === prompt + said + thought ? said + thought : said;
}

function first(object: JsonObject, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = asCount(object[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function details(counts: Readonly<Record<string, number | undefined>>): JsonObject | undefined {
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

import type { Usage } from '../../core/record.ts';
import { asCount, asList, asObject, type JsonObject } from '../../lib/json.ts';

/** Reads `usage` of an answer or a chunk, wherever a vendor puts it. `prompt_tokens` includes cached input. */
export function readUsage(body: unknown): Usage | undefined {
  const holder = asObject(body);
  if (holder === undefined) return undefined;
  const usage = asObject(holder['usage'] ?? asObject(holder['x_groq'])?.['usage']);
  return fromUsage(usage) ?? elsewhere(holder) ?? (usage === undefined ? undefined : UNKNOWN);
}

function fromUsage(usage: JsonObject | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  // Images, audio and rerank report usage like the Responses API.
  const ofPrompt = asObject(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const ofCompletion = asObject(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const promptTokens = asCount(usage['prompt_tokens']) ?? asCount(usage['input_tokens']);
  const reasoningTokens = asCount(ofCompletion?.['reasoning_tokens']) ?? asCount(usage['reasoning_tokens']);
  return known({
    promptTokens,
    completionTokens: completionTokens(usage, promptTokens, reasoningTokens),
    cachedTokens: asCount(ofPrompt?.['cached_tokens']) ?? first(usage, CACHED),
    reasoningTokens,
    cacheWriteTokens: asCount(ofPrompt?.['cache_write_tokens']),
    promptAudioTokens: asCount(ofPrompt?.['audio_tokens']),
    completionAudioTokens: asCount(ofCompletion?.['audio_tokens']),
  });
}

/**
 * Groq: `x_groq.usage` (https://console.groq.com/docs/api-reference). Moonshot: in the last choice
 * (https://platform.moonshot.ai/docs/api/chat). Cohere: `meta.billed_units` and `meta.tokens`
 * (https://docs.cohere.com/reference/chat). Ollama: `prompt_eval_count`, `eval_count`
 * (https://github.com/ollama/ollama/blob/main/docs/api.md). llama.cpp: `timings`
 * (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md), whose `prompt_n` leaves out what was cached.
 */
function elsewhere(holder: JsonObject): Usage | undefined {
  const choice = asObject(asList(holder['choices'])[0]);
  const found =
    fromUsage(asObject(asObject(holder['x_groq'])?.['usage'])) ??
    fromUsage(asObject(choice?.['usage'])) ??
    fromUsage(asObject(holder['usage_metadata'])) ??
    fromUsage(asObject(holder['token_usage']));
  if (found !== undefined) return found;
  const { meta, timings } = holder;
  if (typeof meta === 'object') {
    const counts = asObject(meta);
    return fromUsage(asObject(counts?.['tokens'])) ?? fromUsage(asObject(counts?.['billed_units']));
  }
  if (typeof timings === 'object') return fromTimings(asObject(timings));
  return counted(holder['prompt_eval_count'], holder['eval_count']);
}

function fromTimings(timings: JsonObject | undefined): Usage | undefined {
  const evaluated = asCount(timings?.['prompt_n']);
  const cached = asCount(timings?.['cache_n']);
  const usage = counted(evaluated === undefined ? cached : evaluated + (cached ?? 0), timings?.['predicted_n']);
  return usage === undefined ? undefined : { ...usage, cachedTokens: cached };
}

function counted(prompt: unknown, completion: unknown): Usage | undefined {
  return known({
    promptTokens: asCount(prompt),
    completionTokens: asCount(completion),
    cachedTokens: undefined,
    reasoningTokens: undefined,
  });
}

const UNKNOWN: Usage = {
  promptTokens: undefined,
  completionTokens: undefined,
  cachedTokens: undefined,
  reasoningTokens: undefined,
};

/** An object without counts tells nothing. */
function known(usage: Usage): Usage | undefined {
  for (const name in usage) if (usage[name as keyof Usage] !== undefined) return usage;
  return undefined;
}

/** Where DeepSeek, Moonshot and Mistral report cached tokens. */
const CACHED = ['prompt_cache_hit_tokens', 'cached_tokens', 'num_cached_tokens'];

/** Writes `usage`. The dialect requires three counts; an unknown one is 0. */
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

/** xAI does not include thoughts in the completion tokens. Its total shows that. */
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

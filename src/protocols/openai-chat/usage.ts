import type { Usage } from '../../core/record.ts';
import { addCount, anyOf, ReportedCounts, tierOf } from '../../core/reported-counts.ts';
import { asArray, asList, asObject, type JsonObject } from '../../lib/json.ts';
import { statedCost } from '../openai/stated-cost.ts';

/** Reads `usage` of an answer or a chunk, wherever a vendor puts it. `prompt_tokens` includes cached input. */
export function readUsage(body: unknown): Usage | undefined {
  const holder = asObject(body);
  if (holder === undefined) return undefined;
  const usage = asObject(holder['usage'] ?? asObject(holder['x_groq'])?.['usage']);
  const found = fromUsage(usage) ?? elsewhere(holder) ?? withoutTokens(holder) ?? (usage && UNKNOWN);
  const tier = tierOf(holder['service_tier']);
  return found === undefined || tier === undefined ? found : { ...found, tier };
}

function fromUsage(usage: JsonObject | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const counts = new ReportedCounts();
  // Images, audio and rerank report usage like the Responses API; transcriptions spell the details in their own way.
  const ofPrompt = asObject(
    usage['prompt_tokens_details'] ?? usage['input_tokens_details'] ?? usage['input_token_details'],
  );
  const ofCompletion = asObject(
    usage['completion_tokens_details'] ?? usage['output_tokens_details'] ?? usage['output_token_details'],
  );
  const ofCached = asObject(ofPrompt?.['cached_tokens_details']);
  const promptTokens = counts.first(usage['prompt_tokens'], usage['input_tokens']) ?? onlyTotal(usage, counts);
  const reasoningTokens = counts.first(ofCompletion?.['reasoning_tokens'], usage['reasoning_tokens']);
  return known({
    promptTokens,
    completionTokens: completionTokens(usage, promptTokens, reasoningTokens, counts),
    cachedTokens: counts.of(ofPrompt?.['cached_tokens']) ?? first(usage, CACHED, counts),
    reasoningTokens,
    // OpenRouter has the name in the details, Qwen another one.
    cacheWriteTokens: counts.first(ofPrompt?.['cache_write_tokens'], ofPrompt?.['cache_creation_input_tokens']),
    promptAudioTokens: counts.of(ofPrompt?.['audio_tokens']),
    completionAudioTokens: counts.of(ofCompletion?.['audio_tokens']),
    promptImageTokens: counts.of(ofPrompt?.['image_tokens']),
    completionImageTokens: counts.of(ofCompletion?.['image_tokens']),
    cachedAudioTokens: counts.of(ofCached?.['audio_tokens']),
    cachedImageTokens: counts.of(ofCached?.['image_tokens']),
    serverTools: toolsOf(usage, counts),
    units: unitsOf(usage, counts),
    statedNanoUsd: statedCost(usage, counts),
    ignored: counts.ignored,
  });
}

/** Embeddings and rerank of some vendors report a total alone: all of it is input. */
function onlyTotal(usage: JsonObject, counts: ReportedCounts): number | undefined {
  const { completion_tokens: completion, output_tokens: output } = usage;
  return (completion ?? output) === undefined ? counts.of(usage['total_tokens']) : undefined;
}

/** OpenRouter: `server_tool_use_details`. Perplexity: `num_search_queries`. */
function toolsOf(usage: JsonObject, counts: ReportedCounts): Record<string, number> | undefined {
  const tools = counts.tools(usage['server_tool_use_details'] ?? usage['server_tool_use']) ?? {};
  addCount(tools, 'web_search', counts.of(usage['num_search_queries']) ?? 0);
  return anyOf(tools);
}

/** Seconds of sound (transcriptions: OpenAI's `duration`, Mistral's `prompt_audio_seconds`), units of rerank (Cohere). */
function unitsOf(usage: JsonObject, counts: ReportedCounts): Record<string, number> | undefined {
  const { type, seconds, prompt_audio_seconds: ofPrompt, search_units: searches } = usage;
  const units: Record<string, number> = {};
  addCount(units, 'second', wholeSeconds(type === 'duration' ? seconds : ofPrompt, counts));
  addCount(units, 'search', counts.of(searches) ?? 0);
  return anyOf(units);
}

/** A second that has begun is one. */
function wholeSeconds(seconds: unknown, counts: ReportedCounts): number {
  return counts.of(typeof seconds === 'number' ? Math.ceil(seconds) : seconds) ?? 0;
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
  if (typeof meta === 'object') return fromMeta(asObject(meta));
  if (typeof timings === 'object') return fromTimings(asObject(timings));
  return counted(holder['prompt_eval_count'], holder['eval_count'], new ReportedCounts());
}

/** Units of rerank are told only among what is billed. */
function fromMeta(meta: JsonObject | undefined): Usage | undefined {
  const billed = fromUsage(asObject(meta?.['billed_units']));
  const tokens = fromUsage(asObject(meta?.['tokens']));
  return tokens === undefined || billed?.units === undefined ? (tokens ?? billed) : { ...tokens, units: billed.units };
}

function fromTimings(timings: JsonObject | undefined): Usage | undefined {
  const counts = new ReportedCounts();
  const evaluated = counts.of(timings?.['prompt_n']);
  const cached = counts.of(timings?.['cache_n']);
  const prompt = evaluated === undefined ? cached : evaluated + (cached ?? 0);
  const usage = counted(prompt, timings?.['predicted_n'], counts);
  return usage === undefined ? undefined : { ...usage, cachedTokens: cached };
}

function counted(prompt: unknown, completion: unknown, counts: ReportedCounts): Usage | undefined {
  return known({
    promptTokens: counts.of(prompt),
    completionTokens: counts.of(completion),
    cachedTokens: undefined,
    reasoningTokens: undefined,
    ignored: counts.ignored,
  });
}

const UNKNOWN: Usage = {
  promptTokens: undefined,
  completionTokens: undefined,
  cachedTokens: undefined,
  reasoningTokens: undefined,
};

/** Images and transcriptions of older models report nothing: what they gave is counted. */
function withoutTokens({ data, duration, task, choices }: JsonObject): Usage | undefined {
  if (choices !== undefined) return undefined;
  const counted: Record<string, number> = {};
  addCount(counted, 'image', asArray(data).filter(isImage).length);
  if (task === 'transcribe' || task === 'translate') {
    const counts = new ReportedCounts();
    // Some write it in quotes.
    addCount(counted, 'second', wholeSeconds(typeof duration === 'string' ? Number(duration) : duration, counts));
  }
  const units = anyOf(counted);
  return units && { ...UNKNOWN, units };
}

function isImage(item: unknown): boolean {
  const image = asObject(item);
  return (
    typeof image?.['b64_json'] === 'string' || (typeof image?.['url'] === 'string' && image['object'] === undefined)
  );
}

/** An object without counts tells nothing. */
function known(usage: Usage): Usage | undefined {
  for (const name in usage) if (name !== 'tier' && usage[name as keyof Usage] !== undefined) return usage;
  return undefined;
}

/** Where DeepSeek, Moonshot and Mistral report cached tokens. */
const CACHED = ['prompt_cache_hit_tokens', 'cached_tokens', 'num_cached_tokens'];

/** Writes `usage`. The dialect requires three counts; an unknown one is 0. */
export function writeUsage(usage: Usage): JsonObject {
  const { promptTokens = 0, completionTokens = 0, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
  const ofPrompt = details({
    cached_tokens: cachedTokens,
    cache_write_tokens: cacheWriteTokens,
    audio_tokens: usage.promptAudioTokens,
    image_tokens: usage.promptImageTokens,
  });
  const ofCompletion = details({
    reasoning_tokens: reasoningTokens,
    audio_tokens: usage.completionAudioTokens,
    image_tokens: usage.completionImageTokens,
  });
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(ofPrompt === undefined ? {} : { prompt_tokens_details: ofPrompt }),
    ...(ofCompletion === undefined ? {} : { completion_tokens_details: ofCompletion }),
  };
}

/**
 * xAI does not include thoughts in the completion tokens: its total shows that, and so does a completion that is smaller
 * than its own thoughts.
 */
function completionTokens(
  usage: JsonObject,
  prompt: number | undefined,
  thought: number | undefined,
  counts: ReportedCounts,
): number | undefined {
  const said = counts.first(usage['completion_tokens'], usage['output_tokens']);
  if (said === undefined || thought === undefined || thought === 0) return said;
  const isBeside = prompt !== undefined && counts.of(usage['total_tokens']) === prompt + said + thought;
  return isBeside || thought > said ? said + thought : said;
}

function first(object: JsonObject, names: readonly string[], counts: ReportedCounts): number | undefined {
  for (const name of names) {
    const value = counts.of(object[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function details(counts: Readonly<Record<string, number | undefined>>): JsonObject | undefined {
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

import type { Usage } from '../../core/record.ts';
import { addCount, anyOf, ReportedCounts, tierOf } from '../../core/reported-counts.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { statedCost } from '../openai/stated-cost.ts';

/** Reads `usage` of a response, or of an event with one. `input_tokens` includes cached input. */
export function readUsage(body: unknown): Usage | undefined {
  const holder = asObject(body);
  const response = asObject(holder?.['response']);
  const usage = asObject(holder?.['usage']) ?? asObject(response?.['usage']);
  if (usage === undefined || Object.keys(usage).length === 0) return undefined;
  const counts = new ReportedCounts();
  const input = asObject(usage['input_tokens_details'] ?? usage['prompt_tokens_details']);
  const output = asObject(usage['output_tokens_details'] ?? usage['completion_tokens_details']);
  const cacheWriteTokens = counts.of(input?.['cache_write_tokens']);
  return {
    // Embeddings and other endpoints report usage as in chat.
    promptTokens: counts.first(usage['input_tokens'], usage['prompt_tokens']),
    completionTokens: counts.first(usage['output_tokens'], usage['completion_tokens']),
    cachedTokens: counts.of(input?.['cached_tokens']),
    reasoningTokens: counts.of(output?.['reasoning_tokens']),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    promptAudioTokens: counts.of(input?.['audio_tokens']),
    completionAudioTokens: counts.of(output?.['audio_tokens']),
    promptImageTokens: counts.of(input?.['image_tokens']),
    completionImageTokens: counts.of(output?.['image_tokens']),
    serverTools: toolsOf((response ?? holder)?.['output']),
    tier: tierOf((response ?? holder)?.['service_tier']),
    statedNanoUsd: statedCost(usage, counts),
    ignored: counts.ignored,
  };
}

/**
 * Calls of the provider's own tools stand among the items. Of a search of the web only the search is paid for, not the
 * pages that are opened after it; of the interpreter the container (https://platform.openai.com/docs/pricing).
 */
function toolsOf(items: unknown): Record<string, number> | undefined {
  const tools: Record<string, number> = {};
  const containers = new Set<unknown>();
  for (const value of asArray(items)) {
    const item = asObject(value);
    switch (item?.['type']) {
      case 'web_search_call':
        if (isSearch(item)) addCount(tools, 'web_search', 1);
        break;
      case 'file_search_call':
        addCount(tools, 'file_search', 1);
        break;
      case 'code_interpreter_call':
        containers.add(asString(item['container_id']));
        break;
      case 'image_generation_call':
        addCount(tools, 'image_generation', 1);
        break;
    }
  }
  addCount(tools, 'code_interpreter', containers.size);
  return anyOf(tools);
}

function isSearch({ action }: JsonObject): boolean {
  return (asObject(action)?.['type'] ?? 'search') === 'search';
}

/** Writes `usage`; null if nothing is known. Clients expect three integers, so a missing one is 0. */
export function writeUsage(usage: Usage | undefined): unknown {
  if (usage === undefined || (usage.promptTokens === undefined && usage.completionTokens === undefined)) return null;
  const { promptTokens = 0, completionTokens = 0, cachedTokens = 0, reasoningTokens = 0, cacheWriteTokens } = usage;
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: cacheWriteTokens ?? 0 },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + completionTokens,
  };
}

import type { Usage } from '../../core/record.ts';
import { asCount, asObject } from '../../lib/json.ts';

/** Reads `usage` of a response, or of an event with one. `input_tokens` includes cached input. */
export function readUsage(body: unknown): Usage | undefined {
  const holder = asObject(body);
  const usage = asObject(holder?.['usage']) ?? asObject(asObject(holder?.['response'])?.['usage']);
  if (usage === undefined || Object.keys(usage).length === 0) return undefined;
  const input = asObject(usage['input_tokens_details'] ?? usage['prompt_tokens_details']);
  const output = asObject(usage['output_tokens_details'] ?? usage['completion_tokens_details']);
  const cacheWriteTokens = asCount(input?.['cache_write_tokens']);
  return {
    // Embeddings and other endpoints report usage as in chat.
    promptTokens: asCount(usage['input_tokens']) ?? asCount(usage['prompt_tokens']),
    completionTokens: asCount(usage['output_tokens']) ?? asCount(usage['completion_tokens']),
    cachedTokens: asCount(input?.['cached_tokens']),
    reasoningTokens: asCount(output?.['reasoning_tokens']),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
  };
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

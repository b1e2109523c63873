import type { Usage } from '../../core/record.ts';

/** Reads `usage` of an answer or of a chunk. `prompt_tokens` counts all input, cached included. */
export function readUsage(body: unknown): Usage | undefined {
  const usage = member(body, 'usage') ?? member(member(body, 'x_groq'), 'usage');
  if (typeof usage !== 'object' || usage === null) return undefined;
  return {
    // Images, audio and rerank count as the Responses API does.
    promptTokens: count(member(usage, 'prompt_tokens')) ?? count(member(usage, 'input_tokens')),
    completionTokens: count(member(usage, 'completion_tokens')) ?? count(member(usage, 'output_tokens')),
    cachedTokens:
      count(member(member(usage, 'prompt_tokens_details'), 'cached_tokens')) ??
      count(member(member(usage, 'input_tokens_details'), 'cached_tokens')) ??
      count(member(usage, 'prompt_cache_hit_tokens')),
    reasoningTokens:
      count(member(member(usage, 'completion_tokens_details'), 'reasoning_tokens')) ??
      count(member(member(usage, 'output_tokens_details'), 'reasoning_tokens')),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

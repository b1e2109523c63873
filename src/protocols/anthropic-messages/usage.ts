import type { Usage } from '../../core/record.ts';
import { asCount, asObject, type JsonObject } from '../../lib/json.ts';

/** Reads `usage` of an answer. `input_tokens` does not include cache reads and cache writes. */
export function readUsage(body: unknown): Usage | undefined {
  return usageFrom(asObject(body)?.['usage']);
}

/** Reads a `usage` object. A field that is absent or `null` is unknown. */
export function usageFrom(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const input = asCount(usage['input_tokens']);
  const cached = asCount(usage['cache_read_input_tokens']);
  const written = asCount(usage['cache_creation_input_tokens']);
  return {
    promptTokens: input === undefined ? undefined : input + (cached ?? 0) + (written ?? 0),
    completionTokens: asCount(usage['output_tokens']),
    cachedTokens: cached,
    reasoningTokens: asCount(asObject(usage['output_tokens_details'])?.['thinking_tokens']),
    ...(written === undefined ? {} : { cacheWriteTokens: written }),
  };
}

const COUNTS = [
  'input_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens',
  'output_tokens_details',
] as const;

/**
 * Merges the two usages of a stream: `message_start` has one, and `message_delta` has another with totals. A count that
 * is missing in the second keeps its first value.
 */
export function mergedUsage(first: JsonObject | undefined, later: unknown): JsonObject | undefined {
  const added = asObject(later);
  if (added === undefined) return first;
  const merged: Record<string, unknown> = {};
  // Keeps known counts only: a stream may repeat the event any number of times.
  for (const name of COUNTS) merged[name] = grown(first?.[name], added[name]);
  return merged;
}

/** Counts only grow. Some servers report zeros, or nothing, at the end. */
function grown(first: unknown, later: unknown): unknown {
  return later === null || later === undefined || later === 0 ? (first ?? later) : later;
}

/** Writes the usage of `message_delta`. A stream cannot end without it, so unknown counts are 0. */
export function writeUsage(usage: Usage | undefined): JsonObject {
  const cached = usage?.cachedTokens ?? 0;
  const written = usage?.cacheWriteTokens ?? 0;
  const reasoning = usage?.reasoningTokens;
  return {
    input_tokens: Math.max(0, (usage?.promptTokens ?? 0) - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: usage?.completionTokens ?? 0,
    output_tokens_details: reasoning === undefined ? null : { thinking_tokens: reasoning },
    server_tool_use: null,
  };
}

/** The same with the other members of a message's usage. */
export function writeMessageUsage(usage: Usage | undefined): JsonObject {
  return { ...writeUsage(usage), cache_creation: null, inference_geo: null, service_tier: null, speed: null };
}

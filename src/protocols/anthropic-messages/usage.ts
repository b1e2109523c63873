import type { Usage } from '../../core/record.ts';
import { addCount, anyOf, ReportedCounts, tierOf } from '../../core/reported-counts.ts';
import { asArray, asObject, type JsonObject } from '../../lib/json.ts';

/** Reads `usage` of an answer. `input_tokens` does not include cache reads and cache writes. */
export function readUsage(body: unknown): Usage | undefined {
  return usageFrom(asObject(body)?.['usage']);
}

/** Reads a `usage` object. A field that is absent or `null` is unknown. */
export function usageFrom(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const counts = new ReportedCounts();
  const beside = besideTotals(usage['iterations'], counts);
  const input = counts.of(usage['input_tokens']);
  const cached = counts.of(usage['cache_read_input_tokens']);
  const written = writtenTokens(usage, counts);
  const output = counts.of(usage['output_tokens']);
  return {
    promptTokens: input === undefined ? undefined : input + (cached ?? 0) + (written.all ?? 0) + beside.input,
    completionTokens: output === undefined ? undefined : output + beside.output,
    cachedTokens: cached,
    reasoningTokens: counts.of(asObject(usage['output_tokens_details'])?.['thinking_tokens']),
    ...(written.all === undefined ? {} : { cacheWriteTokens: written.all }),
    ...(written.anHour === undefined || written.anHour === 0 ? {} : { cacheWrite1hTokens: written.anHour }),
    serverTools: toolsOf(usage['server_tool_use'], beside.advice, counts),
    // Fast answers have prices of their own, as tiers have.
    tier: usage['speed'] === 'fast' ? 'fast' : tierOf(usage['service_tier']),
    ignored: counts.ignored,
  };
}

interface Written {
  readonly all: number | undefined;
  readonly anHour: number | undefined;
}

/**
 * What was written into the cache, and what of it for an hour. In a stream the split is that of the first step
 * (`message_start`), and only the sum grows as tools run: the rest is split as the steps say, else as the first one was.
 */
function writtenTokens(usage: JsonObject, counts: ReportedCounts): Written {
  const first = splitOf(usage['cache_creation'], counts);
  const all = counts.of(usage['cache_creation_input_tokens']) ?? (first && first.short + first.anHour);
  if (all === undefined || first === undefined) return { all, anHour: undefined };
  const steps = { short: 0, anHour: 0 };
  for (const step of asArray(usage['iterations'])) {
    if (asObject(step)?.['type'] === ADVICE) continue;
    const split = splitOf(asObject(step)?.['cache_creation'], counts);
    steps.short += split?.short ?? 0;
    steps.anHour += split?.anHour ?? 0;
  }
  const { short, anHour } = steps.short + steps.anHour >= all ? steps : first;
  const known = short + anHour;
  return { all, anHour: known === 0 ? 0 : Math.round((all * anHour) / known) };
}

function splitOf(value: unknown, counts: ReportedCounts): { short: number; anHour: number } | undefined {
  const split = asObject(value);
  if (split === undefined) return undefined;
  return {
    short: counts.of(split['ephemeral_5m_input_tokens']) ?? 0,
    anHour: counts.of(split['ephemeral_1h_input_tokens']) ?? 0,
  };
}

const ADVICE = 'advisor_message';

/**
 * What the totals leave out: compaction, which costs as any other tokens do, and advice of another model, which has other
 * prices and is counted by its number (https://platform.claude.com/docs/en/build-with-claude/compaction).
 */
function besideTotals(iterations: unknown, counts: ReportedCounts): { input: number; output: number; advice: number } {
  const beside = { input: 0, output: 0, advice: 0 };
  for (const value of asArray(iterations)) {
    const step = asObject(value);
    if (step?.['type'] === ADVICE) beside.advice++;
    if (step?.['type'] !== 'compaction') continue;
    beside.input += counts.of(step['input_tokens']) ?? 0;
    beside.output += counts.of(step['output_tokens']) ?? 0;
  }
  return beside;
}

function toolsOf(used: unknown, advice: number, counts: ReportedCounts): Record<string, number> | undefined {
  const tools = counts.tools(used);
  if (advice === 0) return tools;
  const all = tools ?? {};
  addCount(all, 'advisor', advice);
  return anyOf(all);
}

const COUNTS = [
  'input_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'output_tokens',
  'output_tokens_details',
  'server_tool_use',
  'iterations',
  'service_tier',
  'speed',
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
    server_tool_use: writeTools(usage?.serverTools),
  };
}

/** The dialect knows two tools. */
function writeTools({
  web_search: searches,
  web_fetch: fetches,
}: NonNullable<Usage['serverTools']> = {}): JsonObject | null {
  if (searches === undefined && fetches === undefined) return null;
  return { web_search_requests: searches ?? 0, web_fetch_requests: fetches ?? 0 };
}

/** The same with the other members of a message's usage. */
export function writeMessageUsage(usage: Usage | undefined): JsonObject {
  return {
    ...writeUsage(usage),
    cache_creation: splitWritten(usage),
    inference_geo: null,
    service_tier: null,
    speed: null,
  };
}

function splitWritten(usage: Usage | undefined): JsonObject | null {
  const anHour = usage?.cacheWrite1hTokens;
  if (anHour === undefined) return null;
  const short = Math.max(0, (usage?.cacheWriteTokens ?? 0) - anHour);
  return { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: anHour };
}

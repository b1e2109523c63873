// What Langfuse reads, besides the conventions of OpenTelemetry:
// https://github.com/langfuse/langfuse/blob/main/web/src/features/otel/server/attributes.ts and
// https://langfuse.com/integrations/native/opentelemetry#property-mapping
import type { AttemptSubject, ExchangeSubject, Profile, Row } from '../attribute-row.ts';
import type { Attribute } from '../span.ts';
import type { Texts } from '../texts.ts';
import { semconv } from './semconv.ts';
import { costUsd, firstContentMs, tokenCounts, whole } from './token-counts.ts';

const EXCHANGE: readonly Row<ExchangeSubject>[] = [
  { key: 'langfuse.trace.name', type: 'text', of: ({ record }) => record.alias ?? record.endpoint },
  { key: 'langfuse.observation.type', type: 'text', of: () => 'span' },
  { key: 'user.id', type: 'text', of: ({ record }) => record.endUser ?? record.caller },
  { key: 'session.id', type: 'text', of: ({ record }) => record.session },
  { key: 'langfuse.trace.tags', type: 'texts', of: ({ record }) => listOf(record.team, record.caller) },
  { key: 'langfuse.trace.metadata.caller', type: 'text', isOwn: true, of: ({ record }) => record.caller },
  { key: 'langfuse.trace.metadata.team', type: 'text', isOwn: true, of: ({ record }) => record.team },
];

/** By `gen_ai.operation.name`; anything else that a model is asked is a generation. */
const OBSERVATION_TYPES: Readonly<Record<string, string>> = {
  embeddings: 'embedding',
  count_tokens: 'span',
  fetch_response: 'span',
  passthrough: 'span',
};

const ATTEMPT: readonly Row<AttemptSubject>[] = [
  {
    key: 'langfuse.observation.type',
    type: 'text',
    of: ({ trace: { operation } }) => OBSERVATION_TYPES[operation] ?? 'generation',
  },
  {
    key: 'langfuse.observation.model.name',
    type: 'text',
    of: ({ tried }) => tried.reportedModel ?? (tried.model || undefined),
  },
  { key: 'langfuse.observation.model.parameters', type: 'text', of: parameters },
  { key: 'langfuse.observation.usage_details', type: 'text', of: usageDetails },
  { key: 'langfuse.observation.cost_details', type: 'text', of: costDetails },
  { key: 'langfuse.observation.completion_start_time', type: 'text', of: firstContentAt },
  {
    key: 'langfuse.observation.level',
    type: 'text',
    of: ({ tried }) => (tried.failure === undefined ? 'DEFAULT' : 'ERROR'),
  },
  { key: 'langfuse.observation.status_message', type: 'text', of: ({ tried }) => tried.detail ?? tried.failure },
  // Older versions of Langfuse know these alone.
  { key: 'gen_ai.system', type: 'text', isOwn: true, of: ({ tried }) => tried.provider ?? tried.backend },
  { key: 'gen_ai.usage.prompt_tokens', type: 'int', of: whole('input') },
  { key: 'gen_ai.usage.completion_tokens', type: 'int', of: whole('output') },
  { key: 'gen_ai.usage.cost', type: 'double', of: costUsd },
];

/** The conventions of OpenTelemetry, and what Langfuse shows beyond them. */
export function langfuse(isExperimental: boolean): Profile {
  const base = semconv(isExperimental);
  return {
    exchange: [...base.exchange.filter(({ key }) => key !== 'user.id'), ...EXCHANGE],
    attempt: [...base.attempt, ...ATTEMPT],
    said,
  };
}

function said({ tried }: AttemptSubject, { system, input, output, tools }: Texts): readonly Attribute[] {
  const system_ = system.length === 0 ? [] : [{ role: 'system', parts: system }];
  const asked = tools.length === 0 ? [...system_, ...input] : { messages: [...system_, ...input], tools };
  const attributes: Attribute[] = [{ key: 'langfuse.observation.input', type: 'text', value: JSON.stringify(asked) }];
  if (tried.isServing === true && output.length > 0)
    attributes.push({ key: 'langfuse.observation.output', type: 'text', value: JSON.stringify(output) });
  return attributes;
}

/** The parts of a whole are told apart from it: Langfuse adds them up. */
function usageDetails(subject: AttemptSubject): string | undefined {
  const counts = tokenCounts(subject);
  if (counts === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite, reasoning } = counts;
  const details: Record<string, number> = {
    input: input - cacheRead - cacheWrite,
    output: output - reasoning,
    total: input + output,
  };
  if (cacheRead > 0) details['input_cached_tokens'] = cacheRead;
  if (cacheWrite > 0) details['input_cache_creation'] = cacheWrite;
  if (reasoning > 0) details['output_reasoning_tokens'] = reasoning;
  return JSON.stringify(details);
}

function costDetails(subject: AttemptSubject): string | undefined {
  const total = costUsd(subject);
  return total === undefined ? undefined : JSON.stringify({ total });
}

function parameters({ trace: { settings } }: AttemptSubject): string | undefined {
  return Object.keys(settings).length === 0 ? undefined : JSON.stringify(settings);
}

/** As JSON, like all dates there. */
function firstContentAt(subject: AttemptSubject): string | undefined {
  const { record } = subject;
  if (firstContentMs(subject) === undefined || record.ttftMs === undefined || !record.stream) return undefined;
  return JSON.stringify(new Date(record.startedAt + record.ttftMs).toISOString());
}

function listOf(...tags: (string | undefined)[]): readonly string[] | undefined {
  const given = tags.filter((tag) => tag !== undefined);
  return given.length === 0 ? undefined : given;
}

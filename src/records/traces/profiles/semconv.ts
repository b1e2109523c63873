// The semantic conventions of OpenTelemetry for generative AI, which are still under development, and for HTTP servers.
//   released      semantic-conventions v1.41.1 (docs/gen-ai/gen-ai-spans.md), the last that had them
//   experimental  semantic-conventions-genai, docs/gen-ai/client-inference.md of commit 024a4f9 (November 2026), which builds
//                 on semantic-conventions v1.44.0: for OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental
import type { SettingValue } from '../../../core/exchange-trace.ts';
import type { AttemptSubject, ExchangeSubject, Profile, Row } from '../attribute-row.ts';
import type { Attribute } from '../span.ts';
import type { Texts } from '../texts.ts';
import { OWN_OF_ATTEMPT, OWN_OF_EXCHANGE } from './own.ts';
import { firstContentMs, part, whole } from './token-counts.ts';

/** Versions of the conventions, for `schema_url` of what is sent. */
export const SCHEMA_URL = {
  released: 'https://opentelemetry.io/schemas/1.41.1',
  experimental: 'https://opentelemetry.io/schemas/1.44.0',
} as const;

/** HTTP servers: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server */
const EXCHANGE: readonly Row<ExchangeSubject>[] = [
  { key: 'http.request.method', type: 'text', isOwn: true, of: ({ record }) => record.method },
  { key: 'http.response.status_code', type: 'int', of: ({ record }) => record.status },
  { key: 'url.path', type: 'text', of: ({ record }) => record.path },
  { key: 'url.scheme', type: 'text', isOwn: true, of: () => 'http' },
  { key: 'client.address', type: 'text', isOwn: true, of: ({ record }) => record.clientIp || undefined },
  { key: 'user_agent.original', type: 'text', of: ({ record }) => record.userAgent },
  { key: 'http.request.body.size', type: 'int', of: ({ record }) => record.bytesIn },
  { key: 'http.response.body.size', type: 'int', of: ({ record }) => record.bytesOut },
  { key: 'error.type', type: 'text', of: ({ record }) => record.errorCode },
  { key: 'user.id', type: 'text', of: ({ record }) => record.endUser },
  { key: 'gen_ai.conversation.id', type: 'text', of: ({ record }) => record.session },
];

const ATTEMPT: readonly Row<AttemptSubject>[] = [
  { key: 'gen_ai.operation.name', type: 'text', isOwn: true, of: ({ trace }) => trace.operation },
  { key: 'gen_ai.provider.name', type: 'text', isOwn: true, of: ({ tried }) => tried.provider ?? tried.backend },
  { key: 'gen_ai.request.model', type: 'text', of: ({ tried }) => tried.model || undefined },
  { key: 'server.address', type: 'text', isOwn: true, of: ({ tried }) => addressOf(tried.place)[0] },
  { key: 'server.port', type: 'int', of: ({ tried }) => addressOf(tried.place)[1] },
  { key: 'error.type', type: 'text', of: ({ tried }) => tried.failure },
  { key: 'http.response.status_code', type: 'int', of: ({ tried }) => tried.status },
  { key: 'gen_ai.conversation.id', type: 'text', of: ({ record }) => record.session },
  { key: 'gen_ai.request.stream', type: 'flag', of: ({ record }) => record.stream || undefined },
  { key: 'gen_ai.request.choice.count', type: 'int', of: ({ trace }) => otherThanOne(number(trace, 'choice_count')) },
  { key: 'gen_ai.request.max_tokens', type: 'int', of: ({ trace }) => number(trace, 'max_tokens') },
  { key: 'gen_ai.request.temperature', type: 'double', of: ({ trace }) => number(trace, 'temperature') },
  { key: 'gen_ai.request.top_p', type: 'double', of: ({ trace }) => number(trace, 'top_p') },
  { key: 'gen_ai.request.seed', type: 'int', of: ({ trace }) => number(trace, 'seed') },
  { key: 'gen_ai.request.frequency_penalty', type: 'double', of: ({ trace }) => number(trace, 'frequency_penalty') },
  { key: 'gen_ai.request.presence_penalty', type: 'double', of: ({ trace }) => number(trace, 'presence_penalty') },
  { key: 'gen_ai.request.stop_sequences', type: 'texts', of: ({ trace }) => texts(trace.settings['stop_sequences']) },
  { key: 'gen_ai.embeddings.dimension.count', type: 'int', of: ({ trace }) => number(trace, 'dimensions') },
  { key: 'gen_ai.response.id', type: 'text', of: ({ tried }) => tried.responseId },
  { key: 'gen_ai.response.model', type: 'text', of: ({ tried }) => tried.reportedModel },
  { key: 'gen_ai.response.finish_reasons', type: 'texts', of: ({ tried }) => texts(tried.finishReason) },
  {
    key: 'gen_ai.response.time_to_first_chunk',
    type: 'double',
    of: (subject) => (subject.record.stream ? seconds(firstContentMs(subject)) : undefined),
  },
  { key: 'gen_ai.usage.input_tokens', type: 'int', of: whole('input') },
  { key: 'gen_ai.usage.output_tokens', type: 'int', of: whole('output') },
  { key: 'gen_ai.usage.cache_read.input_tokens', type: 'int', of: part('cacheRead') },
  { key: 'gen_ai.usage.reasoning.output_tokens', type: 'int', of: part('reasoning') },
  { key: 'gen_ai.usage.audio.input_tokens', type: 'int', of: part('audioIn') },
  { key: 'gen_ai.usage.audio.output_tokens', type: 'int', of: part('audioOut') },
  { key: 'gen_ai.usage.image.input_tokens', type: 'int', of: part('imageIn') },
];

/** What the released version calls otherwise than the experimental one. */
const RELEASED: readonly Row<AttemptSubject>[] = [
  { key: 'gen_ai.usage.cache_creation.input_tokens', type: 'int', of: part('cacheWrite') },
  { key: 'gen_ai.request.top_k', type: 'double', of: ({ trace }) => number(trace, 'top_k') },
];

const EXPERIMENTAL: readonly Row<AttemptSubject>[] = [
  { key: 'gen_ai.usage.cache_write.input_tokens', type: 'int', of: part('cacheWrite') },
  { key: 'gen_ai.request.top_k', type: 'int', of: ({ trace }) => number(trace, 'top_k') },
  { key: 'gen_ai.usage.image.output_tokens', type: 'int', of: part('imageOut') },
  {
    key: 'gen_ai.request.reasoning.level',
    type: 'text',
    of: ({ trace }) => text(trace.settings['reasoning_level']),
  },
  {
    key: 'gen_ai.request.previous_response.id',
    type: 'text',
    of: ({ trace }) => text(trace.settings['previous_response']),
  },
];

/** The conventions of OpenTelemetry. */
export function semconv(isExperimental: boolean): Profile {
  return {
    exchange: [...EXCHANGE, ...OWN_OF_EXCHANGE],
    attempt: [...ATTEMPT, ...(isExperimental ? EXPERIMENTAL : RELEASED), ...OWN_OF_ATTEMPT],
    said,
  };
}

/** As JSON: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-input-messages.json */
function said({ tried }: AttemptSubject, { system, input, output, tools }: Texts): readonly Attribute[] {
  return [
    ...json('gen_ai.system_instructions', system),
    ...json('gen_ai.input.messages', input),
    ...json('gen_ai.tool.definitions', tools),
    ...(tried.isServing === true ? json('gen_ai.output.messages', output) : []),
  ];
}

function json(key: string, list: readonly unknown[]): readonly Attribute[] {
  return list.length === 0 ? [] : [{ key, type: 'text', value: JSON.stringify(list) }];
}

type Settings = Pick<AttemptSubject['trace'], 'settings'>;

function number({ settings }: Settings, name: string): number | undefined {
  const value = settings[name];
  return typeof value === 'number' ? value : undefined;
}

function text(value: SettingValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: SettingValue | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return typeof value === 'number' ? undefined : value;
}

function otherThanOne(count: number | undefined): number | undefined {
  return count === 1 ? undefined : count;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** `api.openai.com:443`, `[::1]:8080`. */
function addressOf(place: string | undefined): readonly [address?: string, port?: number] {
  if (place === undefined) return [];
  const at = place.lastIndexOf(':');
  return [place.slice(0, at).replace(/^\[|\]$/g, ''), Number(place.slice(at + 1))];
}

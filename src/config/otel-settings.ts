import {
  OTLP_PROTOCOLS,
  type OtlpProtocol,
  type TraceDestination,
  type TraceSettings,
} from '../core/trace-settings.ts';
import { valueIn, type Environment } from '../lib/environment.ts';
import { samplerOf } from './otel-sampler.ts';
import type { Config } from './schema.ts';

type Section = Config['otel'];
type Destination = Section['exporters'][number];

/** What the config and the variables `OTEL_*` say of traces. */
export interface OtelSettings {
  /** Undefined: there are no traces. */
  readonly settings: TraceSettings | undefined;
  /** Variables that cannot be followed. */
  readonly ignored: readonly IgnoredVariable[];
}

/** A variable of the environment that is not followed, and why. */
export interface IgnoredVariable {
  readonly variable: string;
  readonly cause: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const PATH = '/v1/traces';

/** Reads both; keys of the config come first. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export function otelSettings(section: Section, env: Environment): OtelSettings {
  const ignored: IgnoredVariable[] = [];
  const note = (variable: string, cause: string): void => void ignored.push({ variable, cause });
  const isOff =
    !section.enabled || isTrue(valueIn(env, 'OTEL_SDK_DISABLED')) || valueIn(env, 'OTEL_TRACES_EXPORTER') === 'none';
  if (isOff) return { settings: undefined, ignored };
  const main = urlOf(section, env);
  const destinations = [
    ...(main === undefined ? [] : [destinationOf(section, main, env, note)]),
    ...section.exporters.map((exporter) => destinationOf(exporter, withPath(exporter.endpoint), {}, note)),
  ];
  if (destinations.length === 0) return { settings: undefined, ignored };
  const optIn = valueIn(env, 'OTEL_SEMCONV_STABILITY_OPT_IN') ?? '';
  const settings: TraceSettings = {
    destinations,
    sampler: samplerOf(section.sample, env, note),
    resource: resourceOf(section, env),
    isExperimental: optIn.split(',').some((word) => word.trim() === 'gen_ai_latest_experimental'),
  };
  return { settings, ignored };
}

/** The values of headers that the environment gives: keys, mostly. */
export function otelSecrets(env: Environment): string[] {
  return HEADER_VARIABLES.flatMap((name) => Object.values(pairsOf(valueIn(env, name))));
}

const HEADER_VARIABLES = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'];

type Note = (variable: string, cause: string) => void;

function urlOf({ endpoint }: Section, env: Environment): string | undefined {
  if (endpoint !== undefined) return withPath(endpoint);
  const whole = valueIn(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  if (whole !== undefined && whole !== '') return URL.canParse(whole) ? whole : undefined;
  const base = valueIn(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  return base !== undefined && URL.canParse(base) ? withPath(base) : undefined;
}

function withPath(base: string): string {
  const trimmed = base.replace(/\/+$/, '');
  return trimmed.endsWith(PATH) ? trimmed : trimmed + PATH;
}

function destinationOf(
  keys: Omit<Destination, 'endpoint'>,
  url: string,
  env: Environment,
  note: Note,
): TraceDestination {
  const fromEnv = HEADER_VARIABLES.map((name) => lowerCased(pairsOf(valueIn(env, name))));
  const compression = keys.compression ?? ofTraces('COMPRESSION', env)?.[1] ?? 'gzip';
  return {
    url,
    headers: Object.assign({}, ...fromEnv, lowerCased(keys.headers ?? {})) as Record<string, string>,
    profile: keys.profile,
    content: keys.content,
    protocol: keys.protocol ?? protocolOf(env, note),
    gzip: compression !== 'none',
    timeoutMs: keys.timeout ?? timeoutOf(env, note),
  };
}

/** A variable for traces alone comes before the one for all signals. */
function ofTraces(what: string, env: Environment): readonly [name: string, value: string] | undefined {
  for (const name of [`OTEL_EXPORTER_OTLP_TRACES_${what}`, `OTEL_EXPORTER_OTLP_${what}`]) {
    const value = valueIn(env, name);
    if (value !== undefined && value !== '') return [name, value];
  }
  return undefined;
}

function protocolOf(env: Environment, note: Note): OtlpProtocol {
  const [name, value] = ofTraces('PROTOCOL', env) ?? [];
  const known = OTLP_PROTOCOLS.find((protocol) => protocol === value);
  if (known === undefined && name !== undefined) note(name, 'only http/protobuf and http/json are sent');
  return known ?? 'http/protobuf';
}

function timeoutOf(env: Environment, note: Note): number {
  const [name, value] = ofTraces('TIMEOUT', env) ?? [];
  if (name === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = Number(value);
  if (Number.isFinite(ms) && ms > 0) return ms;
  note(name, 'it is no number of milliseconds above 0');
  return DEFAULT_TIMEOUT_MS;
}

function resourceOf({ service_name: named }: Section, env: Environment): Record<string, string> {
  const given = pairsOf(valueIn(env, 'OTEL_RESOURCE_ATTRIBUTES'));
  const own = valueIn(env, 'OTEL_SERVICE_NAME');
  const fromEnv = own === undefined || own === '' ? given['service.name'] : own;
  return { ...given, 'service.name': named ?? fromEnv ?? 'llm-proxy' };
}

/** `a=1,b=2`, percent-encoded. What is no pair is left out. */
function pairsOf(list: string | undefined): Record<string, string> {
  const pairs: [string, string][] = [];
  for (const pair of (list ?? '').split(',')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    if (name !== '') pairs.push([decoded(name), decoded(pair.slice(at + 1).trim())]);
  }
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}

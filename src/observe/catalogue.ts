import type { Family, Sample } from './prometheus.ts';
import { Counter, Gauge, Histogram } from './prometheus.ts';

/** A backend of the running config, as the gauges show it; names as in the config. */
export interface BackendGauges {
  readonly name: string;
  readonly up: boolean;
  readonly inFlight: number;
  readonly models: Iterable<{ readonly model: string; readonly cooling: boolean }>;
}

/** What is read at each scrape. */
export interface MetricsSources {
  backends(): Iterable<BackendGauges>;
  queueDepth(): number;
  droppedLogLines(): number;
  bufferedBytes(): number;
  configValid(): boolean;
  /** Whether new requests are let in. */
  accepting?(): boolean;
  readonly version: string;
}

/** Models answer in anything from milliseconds (a cache) to minutes (a thinking one). Seconds. */
const LONG = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
/** What the gateway adds should be far below a millisecond. Seconds. */
const SHORT = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

const ROUTE = ['alias', 'backend', 'model'];

/** What happens to requests is counted in. */
export function requestFamilies() {
  return {
    requests: counter('requests_total', 'Requests, by what the client got.', [...ROUTE, 'status', 'stream']),
    duration: histogram('request_duration_seconds', 'From the request to the last byte of its answer.', LONG, [
      'alias',
      'stream',
    ]),
    ttft: histogram('time_to_first_token_seconds', 'From the request to the first content.', LONG, ROUTE),
    overhead: histogram(
      'overhead_seconds',
      "The gateway's own part of a request: all but the client's sending, the queue, backends and waits between tries.",
      SHORT,
    ),
    attempts: counter('attempts_total', 'Tries at backends, by what came of them.', ['backend', 'model', 'outcome']),
    fallbacks: counter(
      'fallbacks_total',
      'Failovers: L1 from one backend (or backend/model) of an alias to another, L2 from one alias to another.',
      ['from', 'to', 'level'],
    ),
    interrupted: counter('interrupted_total', 'Answers that broke off after they had begun.', ['alias', 'backend']),
    queueWait: histogram('queue_wait_seconds', 'How long requests waited for their turn.', LONG),
    refused: counter('refused_total', 'Requests turned down before any backend was tried.', ['reason']),
    tokens: counter('tokens_total', 'Tokens, as backends reported them.', ['alias', 'backend', 'type']),
    cooldowns: counter('cooldowns_total', 'Cooldowns begun.', ['backend', 'model']),
    reloads: counter('config_reloads_total', 'Reloads of the config.', ['result']),
  };
}

/** What is read from `sources` when it is asked for. */
export function stateFamilies(sources: MetricsSources): Family[] {
  const { backends, version } = sources;
  const platform = [version, Bun.version, process.platform, process.arch];
  return [
    gauge('backend_up', '1 while a backend is not known dead by health checks.', ['backend'], () =>
      Array.from(backends(), ({ name, up }) => [[name], Number(up)]),
    ),
    gauge(
      'backend_cooling',
      '1 while a model at a backend rests after a failure, or an operation of it (GET /admin/backends tells which).',
      ['backend', 'model'],
      () =>
        Array.from(backends()).flatMap(({ name, models }) =>
          Array.from(models, ({ model, cooling }): Sample => [[name, model], Number(cooling)]),
        ),
    ),
    gauge('in_flight', 'Tries under way.', ['backend'], () =>
      Array.from(backends(), ({ name, inFlight }) => [[name], inFlight]),
    ),
    gauge('queue_depth', 'Requests that wait for their turn.', [], () => [[[], sources.queueDepth()]]),
    gauge('buffered_bytes', 'Memory that requests hold together; server.max_buffered_mb is the most.', [], () => [
      [[], sources.bufferedBytes()],
    ]),
    gauge('config_valid', '0 while the config file is invalid and an older config is in force.', [], () => [
      [[], Number(sources.configValid())],
    ]),
    ...acceptance(sources),
    new Gauge({
      name: `${PREFIX}log_lines_dropped_total`,
      help: 'Log lines that could not be written.',
      type: 'counter',
      read: () => [[[], sources.droppedLogLines()]],
    }),
    gauge('build_info', 'Always 1; what runs is in the labels.', ['version', 'bun', 'platform', 'arch'], () => [
      [platform, 1],
    ]),
  ];
}

function acceptance({ accepting }: MetricsSources): Family[] {
  if (accepting === undefined) return [];
  const help = '0 while new requests are refused: the gateway stops, or few files are left to open.';
  return [gauge('accepting', help, [], () => [[[], Number(accepting())]])];
}

const PREFIX = 'llm_proxy_';

function counter(name: string, help: string, labels: readonly string[]): Counter {
  return new Counter(PREFIX + name, help, labels);
}

function histogram(name: string, help: string, bounds: readonly number[], labels: readonly string[] = []): Histogram {
  return new Histogram(PREFIX + name, help, bounds, labels);
}

function gauge(name: string, help: string, labels: readonly string[], read: () => Iterable<Sample>): Gauge {
  return new Gauge({ name: PREFIX + name, help, labels, read });
}

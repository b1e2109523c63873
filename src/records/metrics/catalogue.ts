import { counter, counterRead, gauge, histogram, single } from './families.ts';
import type { Family, Sample } from './prometheus.ts';

/** A backend of the running config, as the gauges show it; names as in the config. */
export interface BackendGauges {
  readonly name: string;
  readonly up: boolean;
  readonly draining: boolean;
  readonly inFlight: number;
  readonly models: Iterable<{ readonly model: string; readonly cooling: boolean; readonly refused: boolean }>;
}

/** An enabled alias of the running config, as the gauges show it. */
export interface AliasGauges {
  readonly name: string;
  readonly routes: number;
  /** Of these, those that could be tried now. */
  readonly open: number;
}

/** What is read at each scrape. */
export interface MetricsSources {
  backends(): Iterable<BackendGauges>;
  aliases(): Iterable<AliasGauges>;
  queueDepth(): number;
  droppedLogLines(): number;
  bufferedBytes(): number;
  bufferedLimitBytes(): number;
  configValid(): boolean;
  /** Whether new requests are let in. */
  accepting?(): boolean;
  /** What features that are on have to show. */
  features?(): Iterable<Family>;
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
    requests: counter(
      'requests_total',
      'Requests, by the alias, backend and model of the last attempt and by the status that the client got. Requests without an alias (lists of models, wrong keys, probes) have it empty.',
      [...ROUTE, 'status', 'stream'],
    ),
    aliasRequests: counter(
      'alias_requests_total',
      'Requests by the alias that the client asked for, and what came of them for the client.',
      ['alias', 'outcome'],
    ),
    callerRequests: counter(
      'caller_requests_total',
      'Requests by the caller, as the config names it, and by the status that the client got. Without keys all callers are `anonymous`.',
      ['caller', 'status'],
    ),
    duration: histogram('request_duration_seconds', 'From the request to the last byte of its answer.', LONG, [
      'alias',
      'stream',
    ]),
    ttft: histogram('time_to_first_token_seconds', 'From the request to the first content.', LONG, ROUTE),
    overhead: histogram(
      'overhead_seconds',
      "The gateway's own part of a request: all but the client's sending, the queue, backends and waits between attempts.",
      SHORT,
    ),
    attempts: counter('attempts_total', 'Attempts at backends, by what came of them.', ['backend', 'model', 'outcome']),
    fallbacks: counter(
      'fallbacks_total',
      'Failovers after a failed attempt: L1 from one backend (or backend/model) of an alias to another, L2 from one alias to another.',
      ['from', 'to', 'level'],
    ),
    hedges: counter(
      'hedges_total',
      'Attempts that were begun beside a slow one, by what became of them (`models.<alias>.hedge`).',
      ['alias', 'result'],
    ),
    rejectedThenServed: counter(
      'rejected_then_served_total',
      'Requests that a backend called invalid (`bad_request`) and another route then served.',
      ['backend', 'model'],
    ),
    interrupted: counter(
      'interrupted_total',
      'Answers that their backend, or a timeout, broke off after they had begun.',
      ['alias', 'backend'],
    ),
    queueWait: histogram('queue_wait_seconds', 'How long requests waited in the queue.', LONG),
    refused: counter('refused_total', 'Requests refused before any backend was asked.', ['reason']),
    tokens: counter('tokens_total', 'Tokens, as backends reported them.', ['alias', 'backend', 'type']),
    ignoredCounts: counter(
      'usage_numbers_ignored_total',
      'Numbers in reports of usage that are no counts (negative, no number, too large) and were left out.',
      ['backend'],
    ),
    cooldowns: counter('cooldowns_total', 'Cooldowns begun.', ['backend', 'model']),
    reloads: counter('config_reloads_total', 'Reloads of the config.', ['result']),
  };
}

/** What is read from `sources` when it is asked for. */
export function stateFamilies(sources: MetricsSources): Family[] {
  const { version } = sources;
  const platform = [version, Bun.version, process.platform, process.arch];
  return [
    ...routing(sources),
    single('queue_depth', 'Requests that wait in the queue.', () => sources.queueDepth()),
    single('buffered_bytes', 'Memory that requests hold together.', () => sources.bufferedBytes()),
    single('buffered_limit_bytes', 'The most that they may hold (server.max_buffered_mb).', () =>
      sources.bufferedLimitBytes(),
    ),
    single('config_valid', '0 while the config file is invalid and an older config is in force.', () =>
      Number(sources.configValid()),
    ),
    ...acceptance(sources),
    counterRead('log_lines_dropped_total', 'Log lines that could not be written.', () => sources.droppedLogLines()),
    gauge('build_info', 'Always 1; what runs is in the labels.', ['version', 'bun', 'platform', 'arch'], () => [
      [platform, 1],
    ]),
  ];
}

/** How backends and the routes to them are. */
function routing({ backends, aliases }: MetricsSources): Family[] {
  const ofBackends = (name: string, help: string, value: (backend: BackendGauges) => number): Family =>
    gauge(name, help, ['backend'], () => Array.from(backends(), (backend) => [[backend.name], value(backend)]));
  const ofModels = (name: string, help: string, is: 'cooling' | 'refused'): Family =>
    gauge(name, help, ['backend', 'model'], () =>
      Array.from(backends()).flatMap(({ name: backend, models }) =>
        Array.from(models, (model): Sample => [[backend, model.model], Number(model[is])]),
      ),
    );
  const ofAliases = (name: string, help: string, value: 'routes' | 'open'): Family =>
    gauge(name, help, ['alias'], () => Array.from(aliases(), (alias) => [[alias.name], alias[value]]));
  return [
    ofBackends('backend_up', '1 while a backend is not known dead by health checks.', ({ up }) => Number(up)),
    ofBackends(
      'backend_draining',
      '1 while an operator has taken a backend out of use (POST /admin/backends/NAME/drain).',
      ({ draining }) => Number(draining),
    ),
    ofModels(
      'backend_cooling',
      '1 while a model at a backend rests after a failure, or an operation of it (see GET /admin/backends).',
      'cooling',
    ),
    ofModels(
      'backend_refused',
      "1 from when a provider refuses the gateway's key or account for a model (401, 402, 403, no quota left) until it serves it again.",
      'refused',
    ),
    ofBackends('in_flight', 'Attempts under way.', ({ inFlight }) => inFlight),
    ofAliases('alias_routes', 'Enabled routes of an alias.', 'routes'),
    ofAliases(
      'alias_routes_open',
      'Routes of an alias that could be tried now: neither dead nor cooling. Of a wildcard alias only dead backends close a route.',
      'open',
    ),
  ];
}

function acceptance({ accepting }: MetricsSources): Family[] {
  if (accepting === undefined) return [];
  const help = '0 while new requests are refused: the gateway stops, or few files are left to open.';
  return [single('accepting', help, () => Number(accepting()))];
}

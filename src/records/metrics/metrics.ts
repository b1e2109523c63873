import { callerLabel } from '../../core/caller.ts';
import type { FailureKind } from '../../core/failure.ts';
import type { ExchangeRecord, AttemptRecord, Usage } from '../../core/record.ts';
import type { GatewayErrorCode } from '../../core/refusal.ts';
import type { Alias } from '../../core/route.ts';
import type { MetricsSources } from './catalogue.ts';
import { requestFamilies, stateFamilies } from './catalogue.ts';
import { expectedSeries } from './expected-series.ts';
import { isCutByBackend, outcomeOf, rejectedThenServed } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { processMetrics } from './process-metrics.ts';
import type { CounterSeries, Family, HistogramSeries } from './prometheus.ts';
import { Spending } from './spending.ts';
import { within } from './within.ts';
import type { Sink } from '../sink.ts';

/** The token counts that metrics tell apart. */
type CountedTokens = 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'reasoningTokens';

/** What is counted by alias, backend and model: looked up once, then at hand. */
interface RouteSeries {
  /** By status, of streams by its negative. */
  readonly requests: Map<number, CounterSeries>;
  readonly duration: HistogramSeries;
  readonly streamDuration: HistogramSeries;
  ttft: HistogramSeries | undefined;
  tokens: Readonly<Record<CountedTokens, CounterSeries>> | undefined;
  /** What came of requests that asked for the alias that served. */
  readonly outcomes: Partial<Record<Outcome, CounterSeries>>;
  /** Attempts of the route that served. */
  success: CounterSeries | undefined;
}

/** Refusals that alerts look at. */
const FROM_THE_START: readonly GatewayErrorCode[] = [
  'invalid_api_key',
  'key_disabled',
  'key_expired',
  'too_many_failed_keys',
  'model_not_found',
  'model_not_allowed',
  'rate_limit_exceeded',
  'queue_full',
  'queue_timeout',
  'no_backend_available',
  'overloaded_memory',
  'overloaded_connections',
];

/** All that `/metrics` tells. Labels come from the config alone, never from clients, so there are only so many. */
export class Metrics implements Sink {
  readonly #counted = requestFamilies();
  readonly #overhead = this.#counted.overhead.series();
  readonly #queueWait = this.#counted.queueWait.series();
  readonly #spending = new Spending();
  /** In the order in which they are told. */
  readonly families: readonly Family[];
  /** By alias, backend and model. */
  readonly #routes = new Map<string, Map<string, Map<string, RouteSeries>>>();
  /** By caller and status. */
  readonly #callers = new Map<string, Map<number, CounterSeries>>();
  #configValid = true;

  constructor(private readonly sources: Omit<MetricsSources, 'configValid'>) {
    for (const result of ['success', 'failure']) this.#counted.reloads.series(result);
    for (const reason of FROM_THE_START) this.#counted.refused.series(reason);
    const state = stateFamilies({ ...sources, configValid: () => this.#configValid });
    this.families = [...Object.values(this.#counted), ...this.#spending.families, ...state, ...processMetrics()];
  }

  /**
   * Begins with 0 what alerts look at, for the aliases of a config. Series of what an older config had stay: what they
   * grew by last may not have been scraped yet, and a route that comes back goes on where it was.
   */
  expect(aliases: readonly Alias[]): void {
    const expected = expectedSeries(aliases);
    for (const values of expected.aliasRequests) this.#counted.aliasRequests.series(...values);
    for (const values of expected.attempts) this.#counted.attempts.series(...values);
    for (const values of expected.rejectedThenServed) this.#counted.rejectedThenServed.series(...values);
    this.#spending.expect(expected.routes);
    for (const values of expected.interrupted) this.#counted.interrupted.series(...values);
  }

  /** Counts an exchange, once, at its end. */
  record(record: ExchangeRecord): void {
    // What was let fail on purpose must wake nobody; what it has cost is real.
    if (record.rehearsals !== undefined) return this.#spending.record(record);
    const { aliasLabel = '', backend = '', modelLabel = '', stream, ttftMs, queueMs, usage } = record;
    const route = this.#routes.get(aliasLabel)?.get(backend)?.get(modelLabel) ?? this.#added(record);
    this.#requestsOf(route, record).add();
    (stream ? route.streamDuration : route.duration).observe(record.durationMs / 1000);
    this.#overhead.observe(record.overheadMs / 1000);
    if (ttftMs !== undefined) {
      route.ttft ??= this.#counted.ttft.series(aliasLabel, backend, modelLabel);
      route.ttft.observe(ttftMs / 1000);
    }
    if (queueMs !== undefined) this.#queueWait.observe(queueMs / 1000);
    if (usage !== undefined) addUsage((route.tokens ??= this.#tokensOf(aliasLabel, backend)), usage);
    if (record.caller !== undefined) this.#callerSeries(record.caller, record.status).add();
    if (record.askedLabel !== undefined) this.#countOutcome(route, record.askedLabel, record);
    this.#countAttempts(route, record);
    this.#spending.record(record);
    for (const { backend: tried, ignoredCounts } of record.tries)
      if (ignoredCounts !== undefined) this.#counted.ignoredCounts.series(tried).add(ignoredCounts);
    if (record.refused) this.#counted.refused.series(record.errorCode ?? 'unknown').add();
    if (isCutByBackend(record)) this.#counted.interrupted.series(aliasLabel, backend).add();
    for (const rejected of rejectedThenServed(record))
      this.#counted.rejectedThenServed.series(rejected.backend, rejected.modelLabel).add();
  }

  /** A backend+model began to cool down; names as in the config. */
  cooledDown(backend: string, model: string): void {
    this.#counted.cooldowns.series(backend, model).add();
  }

  /** The config was read again, and is in force or refused. */
  reloaded(ok: boolean): void {
    this.#configValid = ok;
    this.#counted.reloads.series(ok ? 'success' : 'failure').add();
  }

  /** Everything in the text format of Prometheus. */
  render(): string {
    const ofFeatures = this.sources.features?.() ?? [];
    return [...this.families, ...ofFeatures].map((family) => family.render()).join('');
  }

  #added({ aliasLabel = '', backend = '', modelLabel = '' }: ExchangeRecord): RouteSeries {
    const { duration } = this.#counted;
    const route: RouteSeries = {
      requests: new Map(),
      duration: duration.series(aliasLabel, 'false'),
      streamDuration: duration.series(aliasLabel, 'true'),
      ttft: undefined,
      tokens: undefined,
      outcomes: {},
      success: undefined,
    };
    within(within(this.#routes, aliasLabel), backend).set(modelLabel, route);
    return route;
  }

  #requestsOf({ requests }: RouteSeries, record: ExchangeRecord): CounterSeries {
    const { status, stream } = record;
    const key = stream ? -status : status;
    let series = requests.get(key);
    if (series === undefined) {
      const { aliasLabel = '', backend = '', modelLabel = '' } = record;
      series = this.#counted.requests.series(aliasLabel, backend, modelLabel, String(status), String(stream));
      requests.set(key, series);
    }
    return series;
  }

  #callerSeries(name: string, status: number): CounterSeries {
    const caller = callerLabel(name);
    const series = this.#callers.get(caller)?.get(status);
    if (series !== undefined) return series;
    const added = this.#counted.callerRequests.series(caller, String(status));
    within(this.#callers, caller).set(status, added);
    return added;
  }

  #countOutcome({ outcomes }: RouteSeries, asked: string, record: ExchangeRecord): void {
    const { aliasRequests } = this.#counted;
    const outcome = outcomeOf(record);
    if (asked !== record.aliasLabel) aliasRequests.series(asked, outcome).add();
    else (outcomes[outcome] ??= aliasRequests.series(asked, outcome)).add();
  }

  #tokensOf(alias: string, backend: string): Readonly<Record<CountedTokens, CounterSeries>> {
    const { tokens } = this.#counted;
    return {
      promptTokens: tokens.series(alias, backend, 'prompt'),
      completionTokens: tokens.series(alias, backend, 'completion'),
      cachedTokens: tokens.series(alias, backend, 'cached'),
      reasoningTokens: tokens.series(alias, backend, 'reasoning'),
    };
  }

  #countAttempts(route: RouteSeries, { tries, backend = '', modelLabel = '' }: ExchangeRecord): void {
    // Nearly every request is served at once, by the route of its record.
    const isPlain = tries.length === 1 && tries[0]?.failure === undefined;
    if (isPlain && tries[0]?.backend === backend && tries[0].modelLabel === modelLabel)
      (route.success ??= this.#counted.attempts.series(backend, modelLabel, 'success')).add();
    else for (let i = 0; i < tries.length; i++) this.#countAttempt(tries[i], tries[i - 1]);
  }

  #countAttempt(attempt: AttemptRecord | undefined, before: AttemptRecord | undefined): void {
    if (attempt === undefined) return;
    const { aliasLabel, backend, modelLabel, failure = 'success', hedge } = attempt;
    this.#counted.attempts.series(backend, modelLabel, failure).add();
    if (hedge !== undefined) this.#counted.hedges.series(aliasLabel, hedge).add();
    // Whoever was only slower has not failed.
    if (before !== undefined && before.failure !== ('hedge_lost' satisfies FailureKind))
      this.#countFallback(before, attempt);
  }

  #countFallback(from: AttemptRecord, to: AttemptRecord): void {
    const { fallbacks } = this.#counted;
    if (from.aliasLabel !== to.aliasLabel) fallbacks.series(from.aliasLabel, to.aliasLabel, 'L2').add();
    else if (from.backend !== to.backend) fallbacks.series(from.backend, to.backend, 'L1').add();
    else if (from.modelLabel !== to.modelLabel) {
      fallbacks.series(`${from.backend}/${from.modelLabel}`, `${to.backend}/${to.modelLabel}`, 'L1').add();
    }
  }
}

function addUsage(series: Readonly<Record<CountedTokens, CounterSeries>>, usage: Usage): void {
  series.promptTokens.add(usage.promptTokens ?? 0);
  series.completionTokens.add(usage.completionTokens ?? 0);
  series.cachedTokens.add(usage.cachedTokens ?? 0);
  series.reasoningTokens.add(usage.reasoningTokens ?? 0);
}

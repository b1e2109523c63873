import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';
import { within } from '../../records/metrics/within.ts';

/** What a route has been doing in the last minutes. */
export interface Traffic {
  readonly requests: number;
  readonly failed: number;
  readonly rehearsed: number;
  readonly lastFailure: TracedFailure | undefined;
  /** Milliseconds since the epoch. */
  readonly lastSuccessAt: number | undefined;
}

/** Why an attempt failed, and of which request it was. */
export interface TracedFailure {
  readonly failure: string;
  readonly message: string | undefined;
  readonly traceId: string;
  readonly at: number;
}

const MINUTES = 5;
const MINUTE_MS = 60_000;
/** What has ended without being anybody's failure: it says nothing of a route. */
const GIVEN_UP: ReadonlySet<string> = new Set(['hedge_lost', 'client_gone', 'total_timeout', 'shutting_down']);

/** The time that counts are of, in seconds. */
export const TRAFFIC_WINDOW_S = MINUTES * 60;

/** What the attempts of each route came to in the last minutes, by the names of the config. It costs three look-ups for each attempt, and no key is put together for them: that would cost more. */
export class RouteTraffic {
  /** By alias, backend and model. */
  readonly #aliases = new Map<string, Map<string, Map<string, RouteCounts>>>();

  constructor(private readonly wallNow: () => number) {}

  /** Counts the attempts of a request that is over. */
  record({ tries, traceId, startedAt }: ExchangeRecord): void {
    for (const tried of tries) {
      if (tried.startedMs === undefined) continue;
      this.#of(tried).count(tried, traceId, startedAt + tried.startedMs + tried.ms);
    }
  }

  /** What is known of a route; undefined: nothing. */
  of(alias: string, backend: string, model: string): Traffic | undefined {
    return this.#aliases.get(alias)?.get(backend)?.get(model)?.at(minuteOf(this.wallNow()));
  }

  /** Forgets aliases that a config does not have. */
  keep(aliases: ReadonlyMap<string, unknown>): void {
    for (const alias of this.#aliases.keys()) if (!aliases.has(alias)) this.#aliases.delete(alias);
  }

  #of({ aliasLabel, backend, modelLabel }: AttemptRecord): RouteCounts {
    const models = within(within(this.#aliases, aliasLabel), backend);
    let counts = models.get(modelLabel);
    if (counts === undefined) models.set(modelLabel, (counts = new RouteCounts()));
    return counts;
  }
}

function noCounts(): number[] {
  return Array.from({ length: MINUTES }, () => 0);
}

/** Counts of a route, for each of the last minutes. */
class RouteCounts {
  readonly #requests = noCounts();
  readonly #failed = noCounts();
  readonly #rehearsed = noCounts();
  #minute = 0;
  #lastFailure: TracedFailure | undefined;
  #lastSuccessAt: number | undefined;

  count({ failure, status, message, detail, isActed }: AttemptRecord, traceId: string, endedAt: number): void {
    this.#goTo(minuteOf(endedAt));
    const at = this.#minute % MINUTES;
    if (isActed === true) return add(this.#rehearsed, at);
    if (failure !== undefined && GIVEN_UP.has(failure)) return;
    add(this.#requests, at);
    if (failure === undefined) {
      this.#lastSuccessAt = endedAt;
      return;
    }
    add(this.#failed, at);
    this.#lastFailure = { failure: inWords(failure, status, detail), message, traceId, at: endedAt };
  }

  at(minute: number): Traffic {
    this.#goTo(minute);
    return {
      requests: sum(this.#requests),
      failed: sum(this.#failed),
      rehearsed: sum(this.#rehearsed),
      lastFailure: this.#lastFailure,
      lastSuccessAt: this.#lastSuccessAt,
    };
  }

  /** Empties the minutes since the last; of a clock that was set back, the last goes on. */
  #goTo(minute: number): void {
    if (minute <= this.#minute) return;
    const passed = Math.min(MINUTES, minute - this.#minute);
    this.#minute = minute;
    for (let back = 0; back < passed; back++) {
      const at = (minute - back) % MINUTES;
      this.#requests[at] = 0;
      this.#failed[at] = 0;
      this.#rehearsed[at] = 0;
    }
  }
}

function add(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** As the log says what a backend cools down for. */
function inWords(failure: string, status: number | undefined, detail: string | undefined): string {
  if (status !== undefined) return `${status} ${failure}`;
  return detail === undefined ? failure : `${failure} (${detail})`;
}

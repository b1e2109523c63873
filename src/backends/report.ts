import type { BackendLive, ModelLive, PastFailure } from '../core/backend-live.ts';
import type { Clock } from '../lib/clock.ts';

/** A backend as operators see it; names as in the JSON of `GET /admin/backends`, times in ISO 8601 and milliseconds. */
export interface BackendReport {
  readonly name: string;
  readonly state: 'up' | 'dead';
  readonly in_flight: number;
  /** Null for no limit. */
  readonly limit: number | null;
  /** The last health check that it missed, and why. */
  readonly last_miss: FailureReport | null;
  readonly models: readonly ModelReport[];
}

/** A model at a backend as operators see it. */
export interface ModelReport {
  readonly model: string;
  readonly state: 'up' | 'cooling' | 'half_open';
  readonly cooling_until: string | null;
  /** The average time to the first token; null until measured. */
  readonly ewma_ms: number | null;
  readonly last_failure: FailureReport | null;
}

interface FailureReport {
  readonly failure: string;
  readonly at: string;
}

/** Tells how a backend is, right now. */
export function reportOf(live: BackendLive, clock: Clock): BackendReport {
  return {
    name: live.name,
    state: live.dead ? 'dead' : 'up',
    in_flight: live.inFlight,
    limit: live.limit === Infinity ? null : live.limit,
    last_miss: failureReport(live.lastMiss),
    models: Array.from(live.models, (model) => modelReport(model, clock)),
  };
}

function modelReport({ model, coolingUntil, ewmaMs, lastFailure }: ModelLive, clock: Clock): ModelReport {
  const leftMs = coolingUntil === undefined ? undefined : coolingUntil - clock.now();
  return {
    model,
    state: leftMs === undefined ? 'up' : leftMs > 0 ? 'cooling' : 'half_open',
    cooling_until: leftMs === undefined || leftMs <= 0 ? null : new Date(clock.wallNow() + leftMs).toISOString(),
    ewma_ms: ewmaMs === 0 ? null : Math.round(ewmaMs * 10) / 10,
    last_failure: failureReport(lastFailure),
  };
}

function failureReport(past: PastFailure | undefined): FailureReport | null {
  return past === undefined ? null : { ...past, at: new Date(past.at).toISOString() };
}

/** What the gauges of metrics show of a backend. Models behind a wildcard count as one, by its name in the config. */
export function gaugesOf(
  live: BackendLive,
  clock: Clock,
): { name: string; up: boolean; inFlight: number; models: Iterable<{ model: string; cooling: boolean }> } {
  const cooling = new Map<string, boolean>();
  const now = clock.now();
  for (const { label, coolingUntil } of live.models) {
    const isCooling = coolingUntil !== undefined && now < coolingUntil;
    cooling.set(label, isCooling || cooling.get(label) === true);
  }
  const models = Array.from(cooling, ([model, isCooling]) => ({ model, cooling: isCooling }));
  return { name: live.name, up: !live.dead, inFlight: live.inFlight, models };
}

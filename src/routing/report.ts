import type { BackendLive, ModelLive, OperationLive, PastFailure } from '../core/backend-live.ts';
import { operationsOf } from '../core/backend-live.ts';
import type { Alias, Route } from '../core/route.ts';
import type { Clock } from '../lib/clock.ts';

/** A backend as operators see it; names as in the JSON of `GET /admin/backends`, times in ISO 8601 and milliseconds. */
export interface BackendReport {
  readonly name: string;
  readonly state: 'up' | 'dead';
  readonly in_flight: number;
  /** Null for no limit. */
  readonly limit: number | null;
  /** An operator has taken it out of use. */
  readonly draining: boolean;
  /** The last health check that it missed, and why. */
  readonly last_miss: FailureReport | null;
  readonly models: readonly ModelReport[];
}

/** A model at a backend as operators see it: as its operation that rests the longest. */
export interface ModelReport extends StateReport {
  readonly model: string;
  /** The average time to the first token; null until measured. */
  readonly ewma_ms: number | null;
  /** Its operations that have failed, each of which cools down by itself. */
  readonly operations: readonly OperationReport[];
}

/** What a model is asked for, as operators see it. */
export interface OperationReport extends StateReport {
  readonly operation: string;
}

interface StateReport {
  readonly state: 'up' | 'cooling' | 'half_open';
  readonly cooling_until: string | null;
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
    draining: live.draining,
    last_miss: failureReport(live.lastMiss),
    models: Array.from(live.models, (model) => modelReport(model, clock)),
  };
}

function modelReport(live: ModelLive, clock: Clock): ModelReport {
  const { model, ewmaMs } = live;
  const failed = Array.from(operationsOf(live)).sort((a, b) => restsUntil(b) - restsUntil(a));
  const [worst] = failed;
  return {
    model,
    ...stateOf(worst, clock),
    ewma_ms: ewmaMs === 0 ? null : Math.round(ewmaMs * 10) / 10,
    operations: failed.map((operation) => ({ operation: operation.name, ...stateOf(operation, clock) })),
  };
}

/** Those that are up, the one that failed last first, come after those that are not. */
function restsUntil({ coolingUntil, since }: OperationLive): number {
  return coolingUntil ?? since - Number.MAX_SAFE_INTEGER;
}

function stateOf(operation: OperationLive | undefined, clock: Clock): StateReport {
  const leftMs = operation?.coolingUntil === undefined ? undefined : operation.coolingUntil - clock.now();
  return {
    state: leftMs === undefined ? 'up' : leftMs > 0 ? 'cooling' : 'half_open',
    cooling_until: leftMs === undefined || leftMs <= 0 ? null : new Date(clock.wallNow() + leftMs).toISOString(),
    last_failure: failureReport(operation?.lastFailure),
  };
}

function failureReport(past: PastFailure | undefined): FailureReport | null {
  return past === undefined ? null : { failure: past.failure, at: new Date(past.at).toISOString() };
}

/** What the gauges of metrics show of a backend: a model cools while any operation of it does. Models behind a wildcard count as one, by its name in the config. */
export function gaugesOf(
  live: BackendLive,
  clock: Clock,
): { name: string; up: boolean; draining: boolean; inFlight: number; models: Iterable<ModelGauges> } {
  const models = new Map<string, ModelGauges>();
  const now = clock.now();
  for (const model of live.models) {
    const { label } = model;
    const others = models.get(label);
    models.set(label, {
      model: label,
      cooling: others?.cooling === true || isCooling(model, now),
      refused: others?.refused === true || isRefused(model),
    });
  }
  return { name: live.name, up: !live.dead, draining: live.draining, inFlight: live.inFlight, models: models.values() };
}

interface ModelGauges {
  readonly model: string;
  readonly cooling: boolean;
  readonly refused: boolean;
}

/** How many routes an alias has, and how many of them could be tried now. */
export function routeGaugesOf({ name, tiers }: Alias, clock: Clock): { name: string; routes: number; open: number } {
  const now = clock.now();
  const routes = tiers.flat();
  return { name, routes: routes.length, open: routes.filter((route) => isOpen(route, now)).length };
}

/** Behind a wildcard one name may fail and the next one serve, so there only a backend that is dead or drained closes a route. */
function isOpen({ alias, backend, live }: Route, now: number): boolean {
  return !backend.live.dead && !backend.live.draining && (alias.prefix !== undefined || !isCooling(live, now));
}

function isCooling(model: ModelLive, now: number): boolean {
  for (const { coolingUntil } of operationsOf(model)) if (coolingUntil !== undefined && now < coolingUntil) return true;
  return false;
}

/** From a refusal that is the provider's doing until it serves again. One that a request may have caused cools nothing down. */
function isRefused(model: ModelLive): boolean {
  for (const { refusedAt, coolingUntil } of operationsOf(model))
    if (refusedAt !== undefined && coolingUntil !== undefined) return true;
  return false;
}

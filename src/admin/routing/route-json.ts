import type { Config } from '../../config/schema.ts';
import {
  operationsOf,
  expectedMs,
  type BackendLive,
  type OperationLive,
  type PastFailure,
} from '../../core/backend-live.ts';
import type { Route } from '../../core/route.ts';
import { decimalText } from '../../lib/decimal.ts';
import { printable } from '../../lib/printable.ts';
import { MULTIPLIER_ONE } from '../../pricing/price.ts';
import { ratesOf } from '../../pricing/rates-of.ts';
import type { Traffic } from '../../upstream/steering/route-traffic.ts';
import { vendorAt } from '../../vendors/recognise.ts';
import type { AdminContext } from '../admin-context.ts';
import type { FailureJson, RouteJson } from './routes-schema.ts';

/** A route as the config has it, and what has become of it. */
export interface ConfiguredRoute {
  readonly alias: string;
  readonly config: Config['models'][string]['routes'][number];
  readonly isEnabled: boolean;
  /** Undefined: it is switched off, or its backend is. */
  readonly route: Route | undefined;
}

/** A route as it is right now, but for its share of the alias's traffic. */
export function routeJson({ alias, config, isEnabled, route }: ConfiguredRoute, context: AdminContext): RouteJson {
  const { steering } = context;
  const traffic = steering.traffic.of(alias, config.backend, config.model);
  const live = route?.backend.live;
  const isDraining = live?.draining ?? steering.drains.names().includes(config.backend);
  const cooldown = cooldownOf(route, context);
  const isFull = live?.isFull ?? false;
  const state = !isEnabled || route === undefined ? 'disabled' : stateOf(isDraining, live, cooldown, isFull);
  return {
    backend: config.backend,
    model: config.model,
    vendor: vendorOf(config.backend, context),
    dialects: route === undefined ? [] : [...route.backend.protocols],
    priority: config.priority,
    weight: config.weight,
    enabled: isEnabled && route !== undefined,
    state,
    health: healthOf(live, traffic, context),
    cooldown,
    draining: isDraining,
    slots: { in_use: live?.inFlight ?? 0, limit: live === undefined || live.limit === Infinity ? null : live.limit },
    requests: traffic?.requests ?? 0,
    failed: traffic?.failed ?? 0,
    rehearsed: traffic?.rehearsed ?? 0,
    share: null,
    ...latencyOf(route, context),
    last_failure: past(traffic?.lastFailure, context),
    last_success: timeOf(traffic?.lastSuccessAt),
    price: priceOf(config.backend, config.model, context),
    limits: limitsOf(live),
  };
}

function stateOf(
  isDraining: boolean,
  live: BackendLive | undefined,
  cooldown: RouteJson['cooldown'],
  isFull: boolean,
): RouteJson['state'] {
  if (isDraining) return 'draining';
  if (live?.dead === true) return 'dead';
  if (cooldown !== null) return cooldown.state;
  return isFull ? 'full' : 'up';
}

function healthOf(
  live: BackendLive | undefined,
  traffic: Traffic | undefined,
  context: AdminContext,
): RouteJson['health'] {
  const isHeardOf = live !== undefined && (live.answers > 0 || live.misses > 0 || live.lastTrafficAt > -Infinity);
  const isKnown = isHeardOf || traffic !== undefined;
  return {
    state: live?.dead === true ? 'dead' : isKnown ? 'up' : 'unknown',
    dead_since: timeOf(live?.deadSince),
    last_miss: past(live?.lastMiss, context),
  };
}

/** Of its operations, the one that rests the longest. */
function cooldownOf(route: Route | undefined, context: AdminContext): RouteJson['cooldown'] {
  let longest: OperationLive | undefined;
  for (const operation of route === undefined ? [] : operationsOf(route.live))
    if ((operation.coolingUntil ?? -1) > (longest?.coolingUntil ?? -1)) longest = operation;
  if (longest?.coolingUntil === undefined) return null;
  const leftMs = longest.coolingUntil - context.clock.now();
  return {
    state: leftMs > 0 ? 'cooling' : 'half_open',
    until: leftMs > 0 ? timeOf(context.clock.wallNow() + leftMs) : null,
    operation: longest.name,
    trial_under_way: longest.trial,
    cause: past(longest.lastFailure, context),
  };
}

function latencyOf(route: Route | undefined, { clock }: AdminContext): Pick<RouteJson, 'ttft_ms' | 'expected_ms'> {
  if (route === undefined || route.latency.ewmaMs === 0) return { ttft_ms: null, expected_ms: null };
  const rounded = (ms: number): number => Math.round(ms * 10) / 10;
  return { ttft_ms: rounded(route.latency.ewmaMs), expected_ms: rounded(expectedMs(route.latency, clock.now())) };
}

function priceOf(backend: string, model: string, { snapshot, clock }: AdminContext): RouteJson['price'] {
  const pricing = model.includes('*') ? null : snapshot.prices.pricingOf({ backend, model });
  const now = clock.wallNow();
  const price = pricing?.periods.findLast(({ from }) => from <= now);
  if (pricing === null || price === undefined) return null;
  const rateOf = ratesOf(price, undefined, 0);
  const text = (rate: number | undefined): string | null =>
    rate === undefined
      ? null
      : decimalText(Math.ceil((rate * (pricing.multiplier ?? MULTIPLIER_ONE)) / MULTIPLIER_ONE), 6);
  return { input: text(rateOf?.('input')), output: text(rateOf?.('output')), source: pricing.source };
}

function limitsOf(live: BackendLive | undefined): RouteJson['limits'] {
  if (live === undefined || live.limit === Infinity) return [];
  const left = String(Math.max(0, live.limit - live.inFlight));
  return [{ kind: 'max_concurrency', name: `backends.${live.name}.max_concurrency`, limit: String(live.limit), left }];
}

/** Whose API a backend is, as far as its config tells. */
export function vendorOf(name: string, { config }: AdminContext): string {
  const backend = config().backends.find((each) => each.name === name);
  return backend?.vendor ?? (backend?.url === undefined ? undefined : vendorAt(backend.url)?.name) ?? 'other';
}

function past(failure: PastFailure | undefined, { log }: AdminContext): FailureJson {
  if (failure === undefined) return null;
  return {
    at: new Date(failure.at).toISOString(),
    failure: failure.failure,
    message: failure.message === undefined ? null : printable(log.mask(failure.message)),
    trace_id: failure.traceId ?? null,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

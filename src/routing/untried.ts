import type { Availability } from '../core/availability.ts';
import type { Exchange } from '../core/exchange.ts';
import type { NamedAlias, Route } from '../core/route.ts';
import type { Context } from '../context.ts';
import { fallbackChain, routesFor } from './aliases.ts';
import { dueAtOf, hasSlot, isInUse, isOpen, mayTry } from './availability.ts';

/** A route and the alias by which the request has come to it. */
interface NamedRoute {
  readonly named: NamedAlias;
  readonly route: Route;
}

/** A route and when it is due back, in monotonic milliseconds. */
interface DueBack extends NamedRoute {
  readonly dueAt: number;
}

/** Where a request could be sent now, its fallbacks (L2) included, by routes that it has not tried yet. */
export function availabilityFor(asked: NamedAlias, exchange: Exchange, context: Context): Availability {
  const first = asked.alias.tiers[0]?.[0];
  // The common case costs the least.
  if (first !== undefined && asked.alias.prefix === undefined && exchange.attempts.sent === 0) {
    if (mayTry(first, exchange, context)) return first.backend.live;
  }
  let availability: Availability;
  for (const { route } of untried(asked, exchange, context)) {
    if (!route.backend.live.isFull) return route.backend.live;
    availability = 'full';
  }
  return availability ?? availabilityOfLastResort(asked, exchange, context);
}

/** With every route cooling or dead, one is tried all the same; if those are full as well, for it is waited. */
function availabilityOfLastResort(asked: NamedAlias, exchange: Exchange, context: Context): Availability {
  if (exchange.attempts.sent > 0 || !context.snapshot.retry.triesCooling) return undefined;
  const soonest = lastResort(asked, exchange, context);
  if (soonest !== undefined) return soonest.route.backend.live;
  return dueBackSoonest(asked, exchange, context, (route) => isInUse(route, exchange)) === undefined
    ? undefined
    : 'full';
}

/** Of the routes whose backends have room, the one that is due back soonest. */
export function lastResort(asked: NamedAlias, exchange: Exchange, context: Context): DueBack | undefined {
  const mayServe = (route: Route) => isInUse(route, exchange) && hasSlot(route, exchange);
  return dueBackSoonest(asked, exchange, context, mayServe);
}

/** The first route that was not tried yet and may be tried now. */
export function firstUntried(asked: NamedAlias, exchange: Exchange, context: Context): NamedRoute | undefined {
  for (const candidate of untried(asked, exchange, context)) {
    if (mayTry(candidate.route, exchange, context)) return candidate;
  }
  return undefined;
}

/** Whether a route is left that could have been tried and was not. */
export function hasUntried(asked: NamedAlias, exchange: Exchange, context: Context): boolean {
  for (const named of aliasesOf(asked, context)) {
    for (const tier of named.alias.tiers) {
      for (const route of routesFor(tier, named)) {
        if (isOpen(route, exchange, context) && !exchange.attempts.hasTried(route)) return true;
      }
    }
  }
  return false;
}

/** Whether any route of a request, those of its fallbacks included, leads to a backend. */
export function leadsTo(backend: string, exchange: Exchange, context: Context): boolean {
  if (exchange.asked === undefined) return false;
  for (const { alias } of aliasesOf(exchange.asked, context)) {
    if (alias.tiers.some((tier) => tier.some((route) => route.backend.name === backend))) return true;
  }
  return false;
}

/** Of the routes of a request that are `eligible`, those of its fallbacks included, the one that is due back soonest. */
export function dueBackSoonest(
  asked: NamedAlias,
  exchange: Exchange,
  context: Context,
  eligible: (route: Route) => boolean = () => true,
): DueBack | undefined {
  let soonest: DueBack | undefined;
  for (const named of aliasesOf(asked, context)) {
    for (const route of named.alias.tiers.flatMap((tier) => routesFor(tier, named))) {
      if (!eligible(route)) continue;
      const dueAt = dueAtOf(route, exchange);
      if (soonest === undefined || dueAt < soonest.dueAt) soonest = { named, route, dueAt };
    }
  }
  return soonest;
}

/** The open routes of a request that it has not tried yet, as far as `max_retries` lets their aliases be tried. */
function* untried(asked: NamedAlias, exchange: Exchange, context: Context): Generator<NamedRoute> {
  const { maxRetries } = context.snapshot.retry;
  for (const named of aliasesOf(asked, context)) {
    if (maxRetries > 0 && exchange.attempts.countOf(named.alias.name) > maxRetries) continue;
    for (const tier of named.alias.tiers) {
      for (const route of routesFor(tier, named)) {
        if (isOpen(route, exchange, context) && !exchange.attempts.hasTried(route)) yield { named, route };
      }
    }
  }
}

/** The aliases of a request in the order of L2, the one asked for first. Fallbacks are looked up only when it comes to them. */
function* aliasesOf(asked: NamedAlias, { snapshot }: Context): Generator<NamedAlias> {
  yield asked;
  yield* fallbackChain(snapshot, asked);
}

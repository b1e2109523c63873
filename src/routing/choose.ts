import { balanced } from './balance.ts';
import type { Exchange } from '../core/exchange.ts';
import type { NamedAlias, Route } from '../core/route.ts';
import type { Availability } from '../core/availability.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { fallbackChain, routesFor } from './aliases.ts';
import type { Context } from '../context.ts';
import { coolingOf } from './cooling.ts';
import { deadlineOf } from './deadline.ts';

/** One alias and its routes in the order in which they are to be tried. */
export interface Choice {
  readonly named: NamedAlias;
  readonly routes: readonly Route[];
}

/** A route and the alias by which the request has come to it. */
interface NamedRoute {
  readonly named: NamedAlias;
  readonly route: Route;
}

/** A route and when it is due back, in monotonic milliseconds. */
interface DueBack extends NamedRoute {
  readonly dueAt: number;
}

/** The routes of an alias that may be tried now, best first: by priority, and by the alias's rule within one. */
export function choose(named: NamedAlias, exchange: Exchange, protocol: Protocol, context: Context): Route[] {
  const { tiers } = named.alias;
  const chosen: Route[] = [];
  for (let tier = 0; tier < tiers.length; tier++) {
    const open: Route[] = [];
    for (const route of routesFor(tiers[tier] ?? [], named)) if (mayTry(route, exchange, context)) open.push(route);
    // Most priorities have one route, and nothing to balance.
    const ordered = open.length < 2 ? open : inOrder(open, tier, { named, exchange, protocol, context });
    for (const route of ordered) chosen.push(route);
  }
  return chosen;
}

/** What routes are chosen for. */
interface Choosing {
  readonly named: NamedAlias;
  readonly exchange: Exchange;
  readonly protocol: Protocol;
  readonly context: Context;
}

/** The open routes of one priority in the order of the alias's rule. */
function inOrder(open: readonly Route[], tier: number, choosing: Choosing): readonly Route[] {
  const { named, exchange, protocol, context } = choosing;
  const { balance, turns } = named.alias;
  return balanced(open, balance, {
    takeTurn: () => takeTurn(turns, tier),
    conversation: () => protocol.conversationStart(exchange.body?.fields ?? {}),
    random: context.random,
    now: context.clock.now(),
  });
}

/** Keeps a request that builds on what one backend keeps to that backend, if any of its routes leads there. False if none does. */
export function pinTo(backend: string, exchange: Exchange, context: Context): boolean {
  if (exchange.asked === undefined) return false;
  for (const { alias } of aliasesOf(exchange.asked, context)) {
    if (alias.tiers.some((tier) => tier.some((route) => route.backend.name === backend))) exchange.pinned = backend;
  }
  return exchange.pinned === backend;
}

/** True if the route may be tried now: it is open, and its backend has room. */
export function mayTry(route: Route, exchange: Exchange, context: Context): boolean {
  const { live } = route.backend;
  return (!live.isFull || exchange.kept === live) && isOpen(route, exchange, context);
}

/** Where a request could be sent now, its fallbacks (L2) included, by routes that it has not tried yet. */
export function availabilityFor(asked: NamedAlias, exchange: Exchange, context: Context): Availability {
  const first = asked.alias.tiers[0]?.[0];
  // The common case costs the least.
  if (first !== undefined && asked.alias.prefix === undefined && exchange.attempts === 0) {
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
  if (exchange.attempts > 0 || context.snapshot.config.fallback.when_all_cooling === 'reject') return undefined;
  const soonest = lastResort(asked, exchange, context);
  if (soonest !== undefined) return soonest.route.backend.live;
  return dueBackSoonest(asked, exchange, context, (route) => isWithinPin(route, exchange)) === undefined
    ? undefined
    : 'full';
}

/** Of the routes whose backends have room, the one that is due back soonest. */
export function lastResort(asked: NamedAlias, exchange: Exchange, context: Context): DueBack | undefined {
  return dueBackSoonest(
    asked,
    exchange,
    context,
    (route) => isWithinPin(route, exchange) && (!route.backend.live.isFull || exchange.kept === route.backend.live),
  );
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
        if (isOpen(route, exchange, context) && !exchange.hasTried(route.key)) return true;
      }
    }
  }
  return false;
}

/** The open routes of a request that it has not tried yet, as far as `max_retries` lets their aliases be tried. */
function* untried(asked: NamedAlias, exchange: Exchange, context: Context): Generator<NamedRoute> {
  const { max_retries: maxRetries } = context.snapshot.config.fallback;
  for (const named of aliasesOf(asked, context)) {
    if (maxRetries > 0 && exchange.triesOf(named.alias.name) > maxRetries) continue;
    for (const tier of named.alias.tiers) {
      for (const route of routesFor(tier, named)) {
        if (isOpen(route, exchange, context) && !exchange.hasTried(route.key)) yield { named, route };
      }
    }
  }
}

/** The aliases of a request in the order of L2, the one asked for first. Fallbacks are looked up only when it comes to them. */
function* aliasesOf(asked: NamedAlias, { snapshot }: Context): Generator<NamedAlias> {
  yield asked;
  yield* fallbackChain(snapshot, asked);
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

/** Not dead, not cooling, nor one that this very request may not try again; and there is time for it. */
function isOpen(route: Route, exchange: Exchange, { cooldowns, clock }: Context): boolean {
  if (!isWithinPin(route, exchange)) return false;
  if (
    route.backend.live.dead ||
    !cooldowns.admits(coolingOf(route, exchange)) ||
    exchange.spent?.has(route.key) === true ||
    exchange.isTooLongFor(route)
  )
    return false;
  // A backend's own total_timeout may be over before others'.
  return exchange.attempts === 0 || clock.now() < deadlineOf(exchange, route.timeouts.totalMs);
}

/** What a conversation builds on is kept at one backend, and no other knows it. */
function isWithinPin({ backend }: Route, { pinned }: Exchange): boolean {
  return pinned === undefined || backend.name === pinned;
}

function dueAtOf(route: Route, exchange: Exchange): number {
  const { backend } = route;
  return Math.max(coolingOf(route, exchange)?.coolingUntil ?? 0, backend.live.dead ? backend.live.nextCheckAt : 0);
}

function takeTurn(turns: number[], tier: number): number {
  const turn = turns[tier] ?? 0;
  turns[tier] = turn + 1;
  return turn;
}

import type { Exchange } from '../core/exchange.ts';
import type { NamedAlias, Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { routesFor } from './aliases.ts';
import { mayTry } from './availability.ts';
import { balanced } from './balance.ts';
import { noteSkipped } from './why-not.ts';

/** The routes of an alias that may be tried now, best first: by priority, and by the alias's rule within one. */
export function choose(named: NamedAlias, exchange: Exchange, protocol: Protocol, context: Context): Route[] {
  const { tiers } = named.alias;
  const chosen: Route[] = [];
  for (let tier = 0; tier < tiers.length; tier++) {
    const open: Route[] = [];
    for (const route of routesFor(tiers[tier] ?? [], named)) {
      if (mayTry(route, exchange, context)) open.push(route);
      else noteSkipped(route, exchange, context);
    }
    // Most priorities have one route, and nothing to balance.
    const ordered = open.length < 2 ? open : inOrder(open, tier, { named, exchange, protocol, context });
    for (const route of ordered) chosen.push(route);
  }
  // Nothing is noted of most requests.
  exchange.attempts.routeNotes?.addDisabled(named.alias);
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
  const { balance, roundRobinCounts } = named.alias;
  return balanced(open, balance, {
    nextCount: () => nextCount(roundRobinCounts, tier, exchange.attempts.apart?.isSupposed === true),
    conversation: () => protocol.conversationStart(exchange.body?.fields ?? {}),
    random: context.random,
    now: context.clock.now(),
  });
}

/** Whoever only asks whose turn it is leaves it the next one's. */
function nextCount(roundRobinCounts: number[], tier: number, isSupposed: boolean): number {
  const count = roundRobinCounts[tier] ?? 0;
  if (!isSupposed) roundRobinCounts[tier] = count + 1;
  return count;
}

import { balanced } from '../backends/balance.ts';
import type { Exchange } from '../core/exchange.ts';
import type { NamedAlias, Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { fallbackChain, routesFor } from './aliases.ts';
import type { Context } from './context.ts';

/** One alias and its routes in the order in which they are to be tried. */
export interface Choice {
  readonly named: NamedAlias;
  readonly routes: readonly Route[];
}

/** A route and when it is due back, in monotonic milliseconds. */
interface DueBack {
  readonly named: NamedAlias;
  readonly route: Route;
  readonly dueAt: number;
}

/** The routes of an alias that may be tried now, best first: by priority, and by the alias's rule within one. */
export function choose(named: NamedAlias, exchange: Exchange, protocol: Protocol, context: Context): Route[] {
  const { alias } = named;
  const routes: Route[] = [];
  for (const [index, tier] of alias.tiers.entries()) {
    const open = routesFor(tier, named).filter((route) => isOpen(route, exchange, context));
    routes.push(
      ...balanced(open, alias.balance, {
        takeTurn: () => takeTurn(alias.turns, index),
        conversation: () => protocol.conversationStart(exchange.body?.fields ?? {}),
        random: context.random,
      }),
    );
  }
  return routes;
}

/** True if the route may be tried: not cooling, nor one that fell silent on this very request. */
export function isOpen(route: Route, exchange: Exchange, { cooldowns }: Context): boolean {
  return cooldowns.admits(route.key) && !exchange.silent.has(route.key);
}

/** The aliases of a request in the order of L2, the one asked for first. Fallbacks are looked up only when it comes to them. */
export function* aliasesOf(asked: NamedAlias, { snapshot }: Context): Generator<NamedAlias> {
  yield asked;
  yield* fallbackChain(snapshot, asked);
}

/** Of all routes of a request, those of its fallbacks included, the one that is due back soonest. */
export function dueBackSoonest(asked: NamedAlias, context: Context): DueBack | undefined {
  let soonest: DueBack | undefined;
  for (const named of aliasesOf(asked, context)) {
    for (const route of named.alias.tiers.flatMap((tier) => routesFor(tier, named))) {
      const dueAt = context.cooldowns.dueAt(route.key);
      if (soonest === undefined || dueAt < soonest.dueAt) soonest = { named, route, dueAt };
    }
  }
  return soonest;
}

function takeTurn(turns: number[], tier: number): number {
  const turn = turns[tier] ?? 0;
  turns[tier] = turn + 1;
  return turn;
}

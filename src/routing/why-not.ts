import type { Exchange } from '../core/exchange.ts';
import type { RouteNote, SkipReason } from '../core/request-detail.ts';
import type { Route } from '../core/route.ts';
import { RouteNotes, noteOf } from '../core/route-notes.ts';
import type { Context } from '../context.ts';
import { dueAtOf, hasSlot, isWithinPin } from './availability.ts';
import { coolingOf } from './cooling.ts';

/** Notes that a route may not be tried now, and why, for whoever asks afterwards. */
export function noteSkipped(route: Route, exchange: Exchange, context: Context): void {
  (exchange.attempts.routeNotes ??= new RouteNotes()).add(skippedNote(route, exchange, context));
}

function skippedNote(route: Route, exchange: Exchange, context: Context): RouteNote {
  const skipped = whyNot(route, exchange, context);
  const isResting = skipped === 'cooling' || skipped === 'unhealthy';
  return {
    ...noteOf(route),
    skipped,
    until: isResting ? dueOnWall(route, exchange, context) : undefined,
    cause: causeOf(skipped, route, exchange),
  };
}

/** Why a route may not be tried now, in the order in which `mayTry` asks; what no other reason explains has no time left. */
export function whyNot(route: Route, exchange: Exchange, { cooldowns, clock }: Context): SkipReason {
  const { live } = route.backend;
  const operation = coolingOf(route, exchange);
  if (!isWithinPin(route, exchange)) return 'pinned';
  if (live.draining) return 'draining';
  if (live.dead) return 'unhealthy';
  if (!cooldowns.admits(operation)) return clock.now() < (operation?.coolingUntil ?? 0) ? 'cooling' : 'half_open';
  if (exchange.attempts.isSpent(route)) return 'failed';
  if (exchange.attempts.isTooLongFor(route)) return 'too_long';
  return hasSlot(route, exchange) ? 'no_time' : 'full';
}

function causeOf(skipped: SkipReason, route: Route, exchange: Exchange): string | undefined {
  if (skipped === 'unhealthy') return route.backend.live.lastMiss?.failure;
  if (skipped !== 'cooling' && skipped !== 'half_open') return undefined;
  return coolingOf(route, exchange)?.lastFailure?.failure;
}

/** Both clocks of one moment: the monotonic one is what routes go by. */
function dueOnWall(route: Route, exchange: Exchange, { clock }: Context): number | undefined {
  const dueAt = dueAtOf(route, exchange);
  return dueAt === 0 ? undefined : Math.round(clock.wallNow() + dueAt - clock.now());
}

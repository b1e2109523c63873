import type { Exchange } from '../core/exchange.ts';
import type { Route } from '../core/route.ts';
import type { Context } from '../context.ts';
import { coolingOf } from './cooling.ts';
import { deadlineOf } from './deadline.ts';

/** True if the route may be tried now: it is open, and its backend has room. */
export function mayTry(route: Route, exchange: Exchange, context: Context): boolean {
  return hasSlot(route, exchange) && isOpen(route, exchange, context);
}

/** Whether the route's backend has a free slot, or keeps one for this request. */
export function hasSlot({ backend: { live } }: Route, { attempts }: Exchange): boolean {
  return !live.isFull || attempts.reserved === live;
}

/** Not dead, not cooling, nor one that this very request may not try again; and there is time for it. */
export function isOpen(route: Route, exchange: Exchange, { cooldowns, clock }: Context): boolean {
  if (!isWithinPin(route, exchange)) return false;
  if (
    route.backend.live.dead ||
    !cooldowns.admits(coolingOf(route, exchange)) ||
    exchange.attempts.isSpent(route) ||
    exchange.attempts.isTooLongFor(route)
  )
    return false;
  // A backend's own total_timeout may be over before others'.
  return exchange.attempts.sent === 0 || clock.now() < deadlineOf(exchange, route.timeouts.totalMs);
}

/** What a conversation builds on is kept at one backend, and no other knows it. */
export function isWithinPin({ backend }: Route, { pinned }: Exchange): boolean {
  return pinned === undefined || backend.name === pinned;
}

/** When a cooling or dead route is due back, in monotonic milliseconds; 0 if it is neither. */
export function dueAtOf(route: Route, exchange: Exchange): number {
  const { backend } = route;
  return Math.max(coolingOf(route, exchange)?.coolingUntil ?? 0, backend.live.dead ? backend.live.nextCheckAt : 0);
}

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
export function isOpen(route: Route, exchange: Exchange, context: Context): boolean {
  return whyClosed(route, exchange, context) === undefined;
}

/** What speaks against trying a route now, whether or not its backend has room. */
export type Closed = 'pinned_elsewhere' | 'draining' | 'dead' | 'cooling' | 'spent' | 'too_long' | 'no_time_left';

/** Why a route may not be tried now; undefined: it may, if its backend has room. */
export function whyClosed(route: Route, exchange: Exchange, { cooldowns, clock }: Context): Closed | undefined {
  if (!isWithinPin(route, exchange)) return 'pinned_elsewhere';
  const { live } = route.backend;
  if (live.draining) return 'draining';
  if (live.dead) return 'dead';
  if (!cooldowns.admits(coolingOf(route, exchange))) return 'cooling';
  const { attempts } = exchange;
  if (attempts.isSpent(route)) return 'spent';
  if (attempts.isTooLongFor(route)) return 'too_long';
  // A backend's own total_timeout may be over before others'.
  const hasTime = attempts.sent === 0 || clock.now() < deadlineOf(exchange, route.timeouts.totalMs);
  return hasTime ? undefined : 'no_time_left';
}

/** Whether a route may be tried as a last resort, cooling or not: nobody has taken its backend out of use. */
export function isInUse(route: Route, exchange: Exchange): boolean {
  return isWithinPin(route, exchange) && !route.backend.live.draining;
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

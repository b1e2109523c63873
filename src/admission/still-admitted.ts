import type { Context } from '../context.ts';
import { ANONYMOUS } from '../core/caller.ts';
import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { SignedIn } from '../core/signed-in.ts';
import { checkAddress, checkValid } from './caller-key.ts';
import { keyShown } from './auth.ts';
import { checkEndpoint } from './operators.ts';

/**
 * Whether a request of the admin API that is still being answered would be let in now as it was. `context` has the snapshot in
 * force: since the request came, its session or key may have ended, or allow less. To ask is no use of the session.
 */
export async function isStillAdmitted(exchange: Exchange, context: Context): Promise<boolean> {
  try {
    const before = exchange.caller?.session;
    if (before === undefined) return hasStillKey(exchange, context);
    const now = (await context.signIn.current(exchange, context))?.session;
    return now !== undefined && isSame(before, now);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function hasStillKey({ headers, arrival, caller: before, endpoint, clientIp }: Exchange, context: Context): boolean {
  const { snapshot, clock } = context;
  const now = clock.wallNow();
  const known = keyShown({ headers, inQuery: undefined }, snapshot, now);
  if (known !== undefined) {
    checkValid(known, now);
    checkAddress(known.caller, clientIp);
  }
  const caller = known?.caller ?? ANONYMOUS;
  if (endpoint !== undefined) checkEndpoint(endpoint, { peer: arrival.peer, headers, caller }, snapshot);
  // Whoever showed no key has no id of its own.
  return known === undefined || known.caller.id === before?.id;
}

function isSame(one: SignedIn, other: SignedIn): boolean {
  return one.role === other.role && JSON.stringify(one.teams) === JSON.stringify(other.teams);
}

import type { Attempt } from '../core/attempt.ts';
import type { Exchange, Operation } from '../core/exchange.ts';
import type { Route } from '../core/route.ts';
import type { Context } from '../context.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { coolingOf } from '../routing/cooling.ts';
import { deadlineOf } from '../routing/deadline.ts';
import { upstreamProtocolFor } from '../translation/upstream-protocol.ts';
import { hasServerTools } from './client-causes.ts';

/** What may be asked twice at once: it changes nothing at a provider, and costs tokens alone. Pictures and the like cost more. */
const REPEATABLE: ReadonlySet<Operation> = new Set<Operation>(['generate', 'embed', 'count_tokens']);
/** With more than this share of the memory taken that requests hold together, nothing is asked twice. */
const MOST_MEMORY = 0.5;

/** Whether a second route may be tried beside an attempt, as far as the request goes and what the gateway has to do. */
export function mayHedge({ exchange, route }: Attempt, context: Context): boolean {
  const { endpoint, aborted, pinned, body } = exchange;
  if (aborted !== undefined || pinned !== undefined || endpoint?.handler !== 'model') return false;
  if (!REPEATABLE.has(endpoint.operation)) return false;
  // What runs at the provider may have effects beyond the answer.
  if (hasServerTools(body?.fields['tools']) || body?.fields['mcp_servers'] !== undefined) return false;
  return !isSaturated(route, context);
}

/** Do not hedge while requests queue, a backend is at its limit, or memory or files run short. */
function isSaturated({ backend }: Route, { queue, shortage, budget, isDraining }: Context): boolean {
  if (queue.waiting > 0 || queue.isFull || shortage.isOn || backend.live.isFull) return true;
  return budget.used > budget.limit * MOST_MEMORY || isDraining();
}

/** Whether a route that may be tried is one to try beside `first`. */
export function isFitBeside(route: Route, { exchange, route: slow }: Attempt, client: Protocol): boolean {
  const { backend } = route;
  if (backend.name === slow.backend.name || backend.live.isFull) return false;
  // One that has just failed is tried by itself.
  if (coolingOf(route, exchange)?.coolingUntil !== undefined) return false;
  // The exchange has one deadline, which must not move because of the second.
  if (deadlineOf(exchange, route.timeouts.totalMs) !== exchange.deadlineAt) return false;
  const operation = exchange.endpoint?.operation ?? 'native';
  const passes = [slow, route].map((each) => upstreamProtocolFor(each, client, operation) === client);
  // A count that is translated may be an estimate, which is there at once and would win.
  if (operation === 'count_tokens' && !passes.every(Boolean)) return false;
  return !(passes.some(Boolean) && leavesSomething(exchange, client));
}

/** The provider would store the answer of the attempt that loses, or go on with it. */
function leavesSomething({ body }: Exchange, { providerState }: Protocol): boolean {
  return body !== undefined && providerState?.keeps?.(body.fields) === true;
}

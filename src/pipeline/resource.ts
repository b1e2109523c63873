import type { Exchange } from '../core/exchange.ts';
import type { Failure } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import type { Alias, Backend, Route } from '../core/route.ts';
import { routeKey } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { acceptBytes } from './accept.ts';
import { admitRate } from './admit.ts';
import { tryRoute } from './attempt.ts';
import type { Context } from './context.ts';
import type { Outcome } from './dispatch.ts';

/** What routes to kept things are called in logs and metrics, where aliases are. */
const NO_ALIAS = '-';

/**
 * Asks for what a provider keeps (a response, by its id) the backend that made it. If nobody knows which one that was,
 * each backend of the dialect is asked, until one knows the id.
 */
export async function fetchResource(exchange: Exchange, client: Protocol, context: Context): Promise<Outcome> {
  const id = exchange.endpoint?.resource ?? '';
  admitRate(exchange, context);
  await acceptBytes(exchange, context);
  const keeper = context.stored.backendOf(id);
  const able = [...context.snapshot.backends.values()].filter(({ protocols }) => protocols.includes(client.name));
  const backends = able.filter(({ name }) => keeper === undefined || name === keeper);
  if (backends.length === 0) throw unknown(id);
  let failure: Failure | undefined;
  for (const backend of backends) {
    if (exchange.aborted !== undefined) break;
    const result = await tryRoute(routeTo(backend, context), exchange, client, context);
    if ('type' in result) return result;
    failure = result;
    // Another may know it, or this one is the only one that can.
    if (result.status !== undefined && result.status !== 404) break;
  }
  return { type: 'exhausted', failure, retryAfterMs: 0, everyRouteTried: true };
}

function unknown(id: string): Refusal {
  return new Refusal('resource_not_found', `Nothing is kept under the id \`${id.slice(0, 100)}\` at any backend.`);
}

/** A route that is of no alias: nothing of it is configured but the backend. */
function routeTo(backend: Backend, { snapshot }: Context): Route {
  const alias: Alias = {
    name: NO_ALIAS,
    prefix: undefined,
    balance: 'random',
    tiers: [],
    totalMs: undefined,
    turns: [],
  };
  const live = backend.live.model(NO_ALIAS, NO_ALIAS);
  const { timeouts } = snapshot;
  return {
    alias,
    backend,
    model: NO_ALIAS,
    modelLabel: NO_ALIAS,
    priority: 1,
    weight: 1,
    key: routeKey(backend.name, NO_ALIAS),
    timeouts,
    pace: live,
    live,
  };
}
